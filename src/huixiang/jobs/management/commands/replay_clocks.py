"""Prints what the clocks would have said about past pairs of messages and replies."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from huixiang.cases.choices import Lane, MessageKind
from huixiang.cases.deadlines import general
from huixiang.jobs.replaying import MARKS, BadPair, Replay, read_pairs, replay
from huixiang.rules.clocks import ClockKind, Light, Standard
from huixiang.rules.ladder import LEVEL, Means
from huixiang.units.standards import in_force


class Command(BaseCommand):
    help = "Replay the clocks on a file of pairs: shares answered in time, lights, and rungs climbed, per standard."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="JSON Lines (plain or .gz) with time and reply_time")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            found = replay(read_pairs(options["file"]), answer_standards(), in_force().calendar)
        except (BadPair, OSError) as error:
            raise CommandError(str(error)) from error
        if not found.pairs:
            raise CommandError("the file holds no pairs")
        self.stdout.write("\n".join(report(found)))


def answer_standards() -> dict[str, Standard]:
    """The answer standard of each kind of message, and of the urgent lane, as they stand today."""
    today = timezone.localdate()
    found = {
        f"{kind.label}（{kind.value}）": general(kind, today).standard(ClockKind.ANSWER, Lane.STANDARD)
        for kind in MessageKind
    }
    found["紧急（urgent lane）"] = general("", today).standard(ClockKind.ANSWER, Lane.URGENT)
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
