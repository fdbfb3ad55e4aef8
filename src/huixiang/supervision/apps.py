from django.apps import AppConfig


class SupervisionConfig(AppConfig):
    name = "huixiang.supervision"
    label = "supervision"
