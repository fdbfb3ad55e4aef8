from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "huixiang.accounts"
    label = "accounts"
