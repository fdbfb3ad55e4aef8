from django.apps import AppConfig


class FollowupConfig(AppConfig):
    name = "huixiang.followup"
    label = "followup"
