from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "huixiang.ui"
    label = "ui"
