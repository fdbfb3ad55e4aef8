"""`huixiang triage [FILE|-]`: messages as JSON Lines in, one judgement per line out, in the same order."""

import csv
import io
import json
import multiprocessing
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, TextIO

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from huixiang.nlp.lines import judged
from huixiang.nlp.regions import Division, Gazetteer
from huixiang.nlp.triage import Tables

LINES_AT_ONCE = 16


class Command(BaseCommand):
    help = "Judge messages (JSON Lines): topic, urgency, kinds of unit, region, demands, personal data."
    requires_system_checks: list[str] = []  # noqa: RUF012 – as Django declares it

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", default="-", help="JSON Lines with title, detail, optional id, region; "
                            "- reads standard input")  # fmt: skip
        parser.add_argument("--jobs", type=int, default=1, help="processes to use (1)")

    def handle(self, *args: Any, **options: Any) -> None:
        with opened(options["file"]) as lines:
            numbered = ((number, line) for number, line in enumerate(lines, 1) if line.strip())
            if options["jobs"] <= 1:
                _write(map(judge_line, numbered))
                return
            with multiprocessing.Pool(options["jobs"]) as pool:
                _write(pool.imap(judge_line, numbered, LINES_AT_ONCE))


@contextmanager
def opened(name: str) -> Iterator[TextIO]:
    """Open a file of lines, or standard input for `-`; a byte that is not UTF-8 spoils its own line only."""
    if name == "-":
        yield io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8", errors="surrogateescape", newline="\n")
        return
    if not Path(name).is_file():
        raise CommandError(f"没有这个文件：{name}")
    with Path(name).open(encoding="utf-8", errors="surrogateescape", newline="\n") as lines:
        yield lines


def judge_line(numbered: tuple[int, str]) -> str:
    """Return the judgement of one numbered line."""
    number, line = numbered
    return judged(line, number, tables())


@cache
def tables() -> Tables:
    """Read the divisions and the words of second-level topics that ship beside the source."""
    data = Path(settings.REFERENCE_DIR)
    with (data / "regions.csv").open(encoding="utf-8") as rows:
        divisions = [Division(r["code"], r["name"], r["short_name"], r["level"]) for r in csv.DictReader(rows)]
    topics = json.loads((data / "topics.json").read_text(encoding="utf-8"))
    second = {t["name"]: {s["name"]: s["words"] for s in t["second"]} for t in topics}
    return Tables(Gazetteer.of(divisions), second)


def _write(lines: Iterator[str]) -> None:
    for line in lines:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
