"""`./huixiang index-matters`: keeps the telling words of cases that came before triage did, or changed words since."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from huixiang.cases.models import Case
from huixiang.triage.likeness import keep_keys

AT_ONCE = 500


class Command(BaseCommand):
    help = "Keep the words by which messages on the same matter are found, for every case; safe to run again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--after", type=int, default=0, metavar="ID", help="go on after the case of this id")

    def handle(self, *args: Any, **options: Any) -> None:
        last, count = options["after"], 0
        while True:
            rows = list(Case.objects.filter(pk__gt=last).order_by("pk").only("kind", "title", "body")[:AT_ONCE])
            if not rows:
                break
            keep_keys(rows)
            last, count = rows[-1].pk, count + len(rows)
            self.stdout.write(f"{count} cases, last id {last}")
        self.stdout.write(f"done: {count} cases")
