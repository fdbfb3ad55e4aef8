"""Addresses of the reply gate: looking while writing, overrides, promises."""

from django.urls import URLPattern, path

from .views import overriding, promises, replying

urlpatterns: list[URLPattern] = [
    path("replies/<int:pk>/gate/", replying.look, name="reply_gate"),
    path("replies/<int:pk>/override/", overriding.ask, name="override_ask"),
    path("overrides/", overriding.overrides, name="overrides"),
    path("overrides/<int:pk>/", overriding.decide, name="override_decide"),
    path("commitments/", promises.commitments, name="commitments"),
    path("commitments/<int:pk>/keep/", promises.keep, name="commitment_keep"),
]
