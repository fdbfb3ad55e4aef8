"""Addresses of the standards and the calendar."""

from django.urls import URLPattern, path

from .views import calendar, standards

urlpatterns: list[URLPattern] = [
    path("standards/", standards.standards, name="standards"),
    path("standards/change/", standards.change, name="standard_change"),
    path("standards/<int:pk>/end/", standards.end, name="standard_end"),
    path("standards/<int:pk>/withdraw/", standards.withdraw, name="standard_withdraw"),
    path("calendar/", calendar.show, name="calendar"),
    path("calendar/<int:year>/", calendar.edit, name="calendar_edit"),
]
