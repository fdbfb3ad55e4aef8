"""`./huixiang import-cases FILE`: question-and-answer pairs of former years become historical cases."""

import time
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from huixiang.jobs import importing
from huixiang.units.models import Region

SHOWN_ERRORS = 50
BAR = 30
PLAIN_EVERY = 1000


class Command(BaseCommand):
    help = (
        "Import historical cases from a .jsonl or .jsonl.gz file; the whole file is checked before a line is written."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="check and count, write nothing")
        parser.add_argument("--skip-bad", action="store_true", help="import the good lines although there are bad ones")
        parser.add_argument("--region", metavar="CODE", help="the region the file is about; default: the province")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        at, started = timezone.now(), time.monotonic()
        region = self._region(options["region"])
        try:
            found = importing.check(path, at=at)
            self._report(found)
            if found.bad and not options["skip_bad"]:
                raise CommandError(f"nothing imported: {len(found.bad)} bad lines; correct them, or use --skip-bad")
            if options["dry_run"]:
                self.stdout.write(f"dry run: would import {found.imported}, already there: {found.already_there}")
                return
            done = self._import(path, at, region, found.imported + found.already_there)
        except FileNotFoundError as problem:
            raise CommandError(f"no such file: {path}") from problem
        except (importing.Unreadable, OSError) as problem:
            raise CommandError(f"{path} cannot be read to its end: {problem}") from problem
        except importing.NotReady as problem:
            raise CommandError("load the reference data first: ./huixiang seed --reference-only") from problem
        self.stdout.write(
            f"imported {done.imported}, already there: {done.already_there}, left out: {len(done.bad)}"
            f" ({time.monotonic() - started:.0f} s)"
        )

    def _region(self, code: str | None) -> Region | None:
        if code is None:
            return None
        region = Region.objects.filter(pk=code).first()
        if region is None:
            raise CommandError(f"--region={code}: there is no region with this code")
        return region

    def _report(self, found: importing.Outcome) -> None:
        for bad in found.bad[:SHOWN_ERRORS]:
            self.stderr.write(f"line {bad.number}: {bad.reason}")
        if len(found.bad) > SHOWN_ERRORS:
            self.stderr.write(f"… and {len(found.bad) - SHOWN_ERRORS} more bad lines")

    def _import(self, path: Path, at: datetime, region: Region | None, total: int) -> importing.Outcome:
        is_terminal = self.stdout.isatty()

        def progress(done: int) -> None:
            if is_terminal:
                filled = BAR * done // max(total, 1)
                self.stdout.write(f"\r[{'#' * filled}{'.' * (BAR - filled)}] {done}/{total}", ending="")
                self.stdout.flush()
            elif done % PLAIN_EVERY == 0:
                self.stdout.write(f"{done} of {total}")

        outcome = importing.import_pairs(path, at=at, region=region, progress=progress)
        if is_terminal:
            self.stdout.write("")
        return outcome
