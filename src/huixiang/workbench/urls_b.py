"""Addresses of the review, quality, search and oversight desks."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
