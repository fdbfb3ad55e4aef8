"""Prints what the clocks would have said about past pairs of messages and replies."""

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from huixiang.cases.choices import Lane, MessageKind
from huixiang.jobs.replaying import MARKS, BadPair, Replay, read_pairs, replay
from huixiang.rules.calendar import WorkingCalendar
from huixiang.rules.clocks import ClockKind, Light, Standard
from huixiang.rules.ladder import LEVEL, Means
from huixiang.rules.standards import BadStandard, read_row, resolve


class Command(BaseCommand):
    help = "Replay the clocks on a file of pairs: shares answered in time, lights, and rungs climbed, per standard."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="JSON Lines (plain or .gz) with time and reply_time")
        parser.add_argument("--standards", type=Path, default=settings.REFERENCE_DIR / "standards.json")
        parser.add_argument("--region", default="43", help="code of the region whose limits count")

    def handle(self, *args: Any, **options: Any) -> None:
        tables = json.loads((settings.REFERENCE_DIR / "holidays.json").read_text(encoding="utf-8"))
        try:
            standards = standards_of(options["standards"], options["region"])
            found = replay(read_pairs(options["file"]), standards, WorkingCalendar.from_tables(tables))
        except (BadPair, BadStandard, OSError, ValueError) as error:
            raise CommandError(str(error)) from error
        if not found.pairs:
            raise CommandError("the file holds no pairs")
        self.stdout.write("\n".join(report(found)))


def standards_of(path: Path, region: str) -> dict[str, Standard]:
    """The limits of an answer by kind, lane and column, and of the first word, as a file of rows has them today.

    A clock begins when the message came, and the reply of a pair is taken for the first word and for the answer.
    """
    rows = [read_row(row) for row in json.loads(path.read_text(encoding="utf-8"))]
    today = timezone.localdate()

    def limit(clock: ClockKind, kind: str = "", lane: str = Lane.STANDARD, column: str = "") -> Standard | None:
        return resolve(rows, clock, region=region, lane=lane, kind=kind, column=column, on=today)

    answer, first = ClockKind.ANSWER, ClockKind.FIRST_WORD
    found = {f"{kind.label}（{kind.value}）": limit(answer, kind.value) for kind in MessageKind}
    found |= {
        "简易（simple lane）": limit(answer, lane=Lane.SIMPLE),
        "紧急（urgent lane）": limit(answer, lane=Lane.URGENT),
        "消费维权（column consumer）": limit(answer, column="consumer"),
        "问法湖南（column legal）": limit(answer, column="legal"),
        "首次回应（first word）": limit(first),
        "首次回应，紧急（first word, urgent lane）": limit(first, lane=Lane.URGENT),
    }
    return {name: standard for name, standard in found.items() if standard}


def report(found: Replay) -> list[str]:
    """The tables, in Markdown."""
    names = [name for name, _, _ in MARKS]
    lines = [f"{found.pairs} pairs", "", f"| answered within | {' | '.join(names)} |", "|---" * (len(names) + 1) + "|"]
    for title, counted in (("wall-clock", found.wall), ("working time", found.working)):
        lines.append(f"| {title} | " + " | ".join(f"{counted[n] / found.pairs:.1%}" for n in names) + " |")
    lights, means = list(Light), [Means.PHONE, Means.WRITTEN, Means.INSPECTION]
    heads = [*(light.value for light in lights), *(f"L{LEVEL[m]} {m.value}" for m in means)]
    lines += ["", f"| standard | {' | '.join(heads)} |", "|---" * (len(heads) + 1) + "|"]
    for name, counted_lights in found.lights.items():
        shares = [counted_lights[light] / found.pairs for light in lights]
        climbed = [found.rungs[name][m] / found.pairs for m in means]
        lines.append(f"| {name} | " + " | ".join(f"{share:.1%}" for share in [*shares, *climbed]) + " |")
    return lines
