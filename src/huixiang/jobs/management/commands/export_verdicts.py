"""Writes the quality desk's verdicts as training examples: JSON Lines, public texts only, personal data masked."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from huixiang.quality.exporting import examples


class Command(BaseCommand):
    help = (
        "Write what reviewers said of sampled replies as JSON Lines in the form of reef_examples.jsonl, "
        "which training reads; personal data is masked, and nothing that is not public leaves."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", default="-", help="where to write; - or nothing: standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        lines = (json.dumps(row, ensure_ascii=False) for row in examples())
        if options["file"] == "-":
            for line in lines:
                self.stdout.write(line)
            return
        path = Path(options["file"])
        try:
            with path.open("w", encoding="utf-8") as out:
                count = sum(bool(out.write(f"{line}\n")) for line in lines)
        except OSError as problem:
            raise CommandError(f"cannot write {path}: {problem.strerror}") from problem
        self.stdout.write(f"{count} examples in {path}")
