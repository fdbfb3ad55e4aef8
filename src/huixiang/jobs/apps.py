from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "huixiang.jobs"
    label = "jobs"
