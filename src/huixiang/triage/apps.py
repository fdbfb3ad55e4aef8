from django.apps import AppConfig


class TriageConfig(AppConfig):
    name = "huixiang.triage"
    label = "triage"
