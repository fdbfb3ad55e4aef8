from django.apps import AppConfig


class QualityConfig(AppConfig):
    name = "huixiang.quality"
    label = "quality"
