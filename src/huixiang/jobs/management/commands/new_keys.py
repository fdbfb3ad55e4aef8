"""Prints fresh secrets for the environment."""

import secrets
from base64 import urlsafe_b64encode
from typing import Any

from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Print a fresh set of secrets, one environment line each."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        for name in ("HUIXIANG_SECRET_KEY", "HUIXIANG_FIELD_KEYS", "HUIXIANG_HASH_KEY"):
            self.stdout.write(f"{name}={urlsafe_b64encode(secrets.token_bytes(32)).decode()}")
