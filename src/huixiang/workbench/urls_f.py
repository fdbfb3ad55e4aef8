"""Addresses of the notices: the inbox, and how somebody wants to be told."""

from django.urls import URLPattern, path

from .views import notice_settings, noticing

urlpatterns: list[URLPattern] = [
    path("notices/", noticing.notices, name="notices"),
    path("notices/read/", noticing.read_all, name="notices_read"),
    path("notices/<int:pk>/", noticing.follow, name="notice"),
    path("notices/settings/", notice_settings.settings_page, name="notice_settings"),
    path("notices/settings/<str:channel>/", notice_settings.address, name="notice_address"),
    path("notices/hooks/", notice_settings.hook_up, name="hooks"),
    path("notices/hooks/<int:pk>/try/", notice_settings.try_out, name="hook_try"),
    path("notices/hooks/<int:pk>/off/", notice_settings.unhook, name="hook_off"),
    path("notices/deputies/", notice_settings.delegate, name="deputies"),
    path("notices/deputies/<int:pk>/end/", notice_settings.end_delegation, name="deputy_end"),
]
