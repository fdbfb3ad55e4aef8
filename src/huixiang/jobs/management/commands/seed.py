"""`./huixiang seed`: fills an empty database with the demo town, or loads the reference data of a production site."""

import time
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from huixiang.jobs import seeding


class Command(BaseCommand):
    help = "Fill an empty database with the demo town; --reference-only loads regions, topics, columns and templates."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--reference-only", action="store_true", help="no demo: what a production site needs too")
        parser.add_argument("--now", help="ISO moment with zone that the demo ends at; default: this minute")
        parser.add_argument("--force-demo-accounts", action="store_true", help="in tests: make demo accounts anyway")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["reference_only"]:
            counts = seeding.load_reference()
            self.stdout.write("reference data: " + ", ".join(f"{n} {name}" for name, n in counts.items()))
            return
        # The demo's accounts share a printed password: never in a place where real people sign in.
        if not (settings.DEMO or (settings.TEST and options["force_demo_accounts"])):
            raise CommandError("the demo town has a printed password: set HUIXIANG_DEMO=1, or use --reference-only")
        started = time.monotonic()
        try:
            counts = seeding.seed(now=self._now(options["now"]), say=self.stdout.write)
        except seeding.NotEmpty as problem:
            raise CommandError("this database is not empty: the demo town needs a fresh one") from problem
        except seeding.BadSeed as problem:
            raise CommandError(f"seed row {problem}") from problem
        self.stdout.write(", ".join(f"{state} {n}" for state, n in sorted(counts.items())))
        self.stdout.write(f"demo town built in {time.monotonic() - started:.0f} s")

    def _now(self, text: str | None) -> datetime:
        if not text:
            return timezone.now().replace(second=0, microsecond=0)
        moment = parse_datetime(text)
        if moment is None or moment.tzinfo is None:
            raise CommandError(f"--now={text!r} is not an ISO moment with a zone, such as 2026-11-24T09:00+08:00")
        return moment
