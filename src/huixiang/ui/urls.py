"""Addresses of the design system; mount with `path("display/", include("huixiang.ui.urls"))`."""

from django.urls import path

from huixiang.ui import views

app_name = "ui"
urlpatterns = [
    path("", views.set_display, name="display"),
    path("guide/<slug:door>/", views.show_guide, name="guide"),
]
