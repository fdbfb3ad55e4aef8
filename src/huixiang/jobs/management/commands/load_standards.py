"""`./huixiang load-standards FILE.json`: figures of service standards from a file, all of them or none."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from huixiang.cases.deadlines import last_day_begun, scopes
from huixiang.units.actions import setting_standards


class Command(BaseCommand):
    help = "Load service standards from a JSON list; a bad row refuses the whole file, and the old figures stay."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="rows as in data/standards.json")
        parser.add_argument("--dry-run", action="store_true", help="check everything, change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        tables, begins_after = _read(path), last_day_begun(timezone.now())
        try:
            done = setting_standards.load(
                tables, scopes=scopes(), begins_after=begins_after, dry_run=options["dry_run"]
            )
        except setting_standards.BadRow as error:
            raise CommandError(f"{path}: row {error.number}: {error.key}: {error.why}; nothing was changed") from error
        said = "would be added" if options["dry_run"] else "added"
        self.stdout.write(f"{path}: {done.added} {said}, {done.unchanged} stood already")


def _read(path: Path) -> list[object]:
    try:
        tables = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise CommandError(f"{path} is no JSON in UTF-8: {error}; nothing was changed") from error
    if not isinstance(tables, list):
        raise CommandError(f"{path}: the file must hold a list of rows; nothing was changed")
    return tables
