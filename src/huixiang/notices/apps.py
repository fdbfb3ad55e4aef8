from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "huixiang.notices"
    label = "notices"
