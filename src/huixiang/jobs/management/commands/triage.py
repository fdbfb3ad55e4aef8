"""`huixiang triage [FILE|-]`: messages as JSON Lines in, one judgement per line out, in the same order."""

import gzip
import io
import multiprocessing
import sys
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache, partial
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError

from huixiang.nlp.lines import judged_many
from huixiang.nlp.triage import OPTIONAL, Tables, warm
from huixiang.nlp.unit_names import KnownUnit
from huixiang.triage import tables

LINES_AT_ONCE = 32


class Command(BaseCommand):
    help = "Judge messages (JSON Lines): topic, urgency, units, region, demands, personal data."
    requires_system_checks: list[str] = []  # noqa: RUF012 – as Django declares it

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", default="-", help="JSON Lines (.gz too): title, detail, optional id and "
                            "region; - reads standard input")  # fmt: skip
        parser.add_argument("--jobs", type=int, default=1, help="processes to use (1)")
        parser.add_argument(
            "--without", nargs="+", choices=OPTIONAL, default=[], help="parts to leave empty, for speed"
        )
        known = parser.add_mutually_exclusive_group()
        known.add_argument("--units", type=Path, help="CSV of the real units: name, kind, region (its code)")
        known.add_argument("--database", action="store_true", help="name the units of this site's database")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["jobs"] < 1:
            raise CommandError("--jobs 至少是 1")
        units = known_units(options["units"], from_database=options["database"])
        left_out = frozenset(options["without"])
        judge = partial(judge_lines, units, left_out)
        told(units, left_out)
        with opened(options["file"]) as lines:
            numbered = ((number, line) for number, line in enumerate(lines, 1) if line.strip())
            # Whoever feeds a pipe may wait for each answer before the next question.
            parts = _parts(numbered, 1 if options["file"] == "-" and options["jobs"] == 1 else LINES_AT_ONCE)
            if options["jobs"] == 1:
                _write(map(judge, parts))
                return
            # Read before the processes part, so that they share one copy.
            warm()
            with multiprocessing.get_context("fork").Pool(options["jobs"]) as pool:
                _write(pool.imap(judge, parts))


@contextmanager
def opened(name: str) -> Iterator[TextIO]:
    """Open a file of lines, or standard input for `-`; a byte that is not UTF-8 spoils its own line only."""
    if name == "-":
        yield io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8", errors="surrogateescape", newline="\n")
        return
    if not Path(name).is_file():
        raise CommandError(f"没有这个文件：{name}")
    if name.endswith(".gz"):
        with gzip.open(name, "rt", encoding="utf-8", errors="surrogateescape", newline="\n") as packed:
            yield packed
        return
    with Path(name).open(encoding="utf-8", errors="surrogateescape", newline="\n") as lines:
        yield lines


def known_units(file: Path | None, *, from_database: bool) -> tuple[KnownUnit, ...]:
    """Return the real units: of a CSV file, of the database, or none."""
    if from_database:
        return tuple(tables.units_of_database())
    if file is None:
        return ()
    try:
        return tuple(tables.units_of_file(file))
    except (OSError, KeyError, UnicodeDecodeError) as error:
        raise CommandError(f"读不了单位表 {file}：{error}") from error


@cache
def told(units: tuple[KnownUnit, ...], left_out: frozenset[str]) -> Tables:
    """Return what the models are told of this place; read before processes part, so that children have it too."""
    return replace(tables.shipped_tables(units), left_out=left_out)


def judge_lines(units: tuple[KnownUnit, ...], left_out: frozenset[str], numbered: list[tuple[int, str]]) -> list[str]:
    """Return the judgements of some numbered lines."""
    return judged_many(numbered, told(units, left_out))


def _parts(numbered: Iterable[tuple[int, str]], size: int) -> Iterator[list[tuple[int, str]]]:
    rows = iter(numbered)
    while part := list(islice(rows, size)):
        yield part


def _write(answers: Iterable[list[str]]) -> None:
    for lines in answers:
        sys.stdout.write("".join(f"{line}\n" for line in lines))
        sys.stdout.flush()
