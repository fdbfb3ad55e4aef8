from django.apps import AppConfig


class WorkbenchConfig(AppConfig):
    name = "huixiang.workbench"
    label = "workbench"
