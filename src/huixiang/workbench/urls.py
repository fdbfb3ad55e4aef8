"""Addresses of the workbench."""

from django.urls import URLPattern, path

from .urls_b import urlpatterns as part_b
from .views import inbox, signing_in

app_name = "desk"
urlpatterns: list[URLPattern] = [
    path("sign-in/", signing_in.sign_in, name="sign_in"),
    path("sign-out/", signing_in.sign_out, name="sign_out"),
    path("password/", signing_in.password, name="password"),
    path("", inbox.inbox, name="inbox"),
    path("pool/", inbox.pool, name="pool"),
]
urlpatterns += part_b
