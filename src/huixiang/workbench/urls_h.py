"""Addresses of the triage desk."""

from django.urls import URLPattern, path

from .views import triaging

urlpatterns: list[URLPattern] = [
    path("triage/", triaging.unsure, name="triage"),
    path("triage/figures/", triaging.figures_page, name="triage_figures"),
    path("triage/hot/", triaging.hot, name="triage_hot"),
    path("triage/<str:number>/decide/", triaging.decide, name="triage_decide"),
]
