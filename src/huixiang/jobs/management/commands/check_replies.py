"""Judges an archive of replies: JSON Lines in, JSON Lines out, in order, as a stream."""

import gzip
import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final, TextIO

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from huixiang.jobs.reply_filter import answer
from huixiang.rules.calendar import WorkingCalendar

LINES_A_TURN: Final = 16
"""Lines handed to a worker at once: enough to hide the hand-over, few enough to keep the output flowing."""


class Command(BaseCommand):
    help = (
        "Judge replies by the eight reefs. Each line holds id, title, detail, time, reply, reply_time and, "
        "if known, kind and history; each answer has the fields of reply_labels.jsonl with why and cure."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "file", nargs="?", default="-", help="a .jsonl or .jsonl.gz file; - or nothing: standard input"
        )
        parser.add_argument("--jobs", type=int, default=1, metavar="N", help="processes that judge side by side")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["jobs"] < 1:
            raise CommandError("--jobs must be 1 or more")
        try:
            lines = _opened(options["file"])
        except OSError as problem:
            raise CommandError(f"cannot read {options['file']}: {problem.strerror}") from problem
        with lines as source:
            try:
                for found in _answers(source, options["jobs"]):
                    self.stdout.write(found)
                    self.stdout.flush()
            except (EOFError, gzip.BadGzipFile) as problem:
                raise CommandError(f"{options['file']} breaks off: {problem}") from problem


def _answers(source: Iterable[str], jobs: int) -> Iterator[str]:
    numbered = ((line, number) for number, line in enumerate(source, 1) if line.strip())
    judge_one = partial(_answer, calendar=_calendar())
    if jobs == 1:
        yield from map(judge_one, numbered)
        return
    with get_context("spawn" if sys.platform == "darwin" else "fork").Pool(jobs) as pool:
        yield from pool.imap(judge_one, numbered, chunksize=LINES_A_TURN)


def _answer(numbered: tuple[str, int], calendar: WorkingCalendar) -> str:
    line, number = numbered
    return answer(line, number, calendar)


def _calendar() -> WorkingCalendar:
    tables = json.loads((settings.REFERENCE_DIR / "holidays.json").read_text(encoding="utf-8"))
    return WorkingCalendar.from_tables({year: table for year, table in tables.items() if year.isdecimal()})


def _opened(name: str) -> Any:
    if name == "-":
        if hasattr(sys.stdin, "reconfigure"):
            sys.stdin.reconfigure(encoding="utf-8", errors="replace")
        return nullcontext(sys.stdin)
    path = Path(name)
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8", errors="replace")
    opened: TextIO = path.open(encoding="utf-8", errors="replace")
    return opened
