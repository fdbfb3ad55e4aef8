"""Addresses of the standards and the calendar."""

from django.urls import URLPattern, path

from .views import calendar, publish_first, standards

urlpatterns: list[URLPattern] = [
    path("standards/", standards.standards, name="standards"),
    path("standards/change/", standards.change, name="standard_change"),
    path("standards/<int:pk>/end/", standards.end, name="standard_end"),
    path("standards/<int:pk>/withdraw/", standards.withdraw, name="standard_withdraw"),
    path("standards/publish-first/<str:code>/", publish_first.change, name="publish_first"),
    path("calendar/", calendar.show, name="calendar"),
    path("calendar/<int:year>/", calendar.edit, name="calendar_edit"),
]
