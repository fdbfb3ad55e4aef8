"""`./huixiang serve`: the production web server."""

import os
import sys
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

from huixiang.jobs.foreground import SOURCE


class Command(BaseCommand):
    help = "Serve the site with granian; static files come from the same process."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--workers", type=int, default=min(os.cpu_count() or 1, 4), help="processes")
        parser.add_argument("--threads", type=int, default=4, help="threads per process, each with its own connection")

    def handle(self, *args: Any, **options: Any) -> None:
        """Bring the static files up to date, then become the server, so that its signals are ours."""
        if not settings.WHITENOISE_USE_FINDERS:
            call_command("collectstatic", interactive=False, verbosity=0)
        arguments = ["--interface=wsgi", "--no-ws", "--respawn-failed-workers"]
        arguments += [f"--host={options['host']}", f"--port={options['port']}"]
        arguments += [f"--workers={options['workers']}", f"--blocking-threads={options['threads']}"]
        command = [sys.executable, "-m", "granian", *arguments, "huixiang.config.wsgi:application"]
        sys.stdout.flush()
        os.execve(sys.executable, command, {**os.environ, "PYTHONPATH": str(SOURCE)})  # noqa: S606
