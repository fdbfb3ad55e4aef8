from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "huixiang.portal"
    label = "portal"
