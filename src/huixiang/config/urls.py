"""Which door answers which address."""

from django.urls import include, path

urlpatterns = [
    path("", include("huixiang.portal.urls")),
    path("desk/", include("huixiang.workbench.urls")),
    path("display/", include("huixiang.ui.urls")),
]
