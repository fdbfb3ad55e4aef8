"""Which door answers which address."""

from django.urls import include, path

urlpatterns = [
    path("", include("huixiang.portal.urls")),
    path("desk/", include("huixiang.workbench.urls")),
    path("display/", include("huixiang.ui.urls")),
]
handler400 = "huixiang.ui.errors.bad_request"
handler403 = "huixiang.ui.errors.forbidden"
handler404 = "huixiang.ui.errors.not_found"
handler500 = "huixiang.ui.errors.server_error"
