from django.apps import AppConfig


class UnitsConfig(AppConfig):
    name = "huixiang.units"
    label = "units"
