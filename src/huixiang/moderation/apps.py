from django.apps import AppConfig


class ModerationConfig(AppConfig):
    name = "huixiang.moderation"
    label = "moderation"
