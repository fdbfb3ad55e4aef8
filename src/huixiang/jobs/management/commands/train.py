"""`huixiang train --from DIR --to DIR`: fit every model from labelled messages and write parameters and scores."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from huixiang.nlp.training.building import MODELS, build
from huixiang.nlp.training.corpus import NoData


class Command(BaseCommand):
    help = "Train the models from a directory of labelled messages; needs the development requirements."
    requires_system_checks: list[str] = []  # noqa: RUF012 – as Django declares it

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--from", dest="source", type=Path, required=True, help="directory of JSON Lines files")
        parser.add_argument("--to", dest="target", type=Path, required=True, help="directory for the parameters")
        parser.add_argument("--only", nargs="*", choices=MODELS, default=list(MODELS), help="models to train (all)")
        parser.add_argument("--date", default="", help="date to write on the model cards, YYYY-MM-DD")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            for name, card in build(options["source"], options["target"], options["only"], options["date"]):
                scores = json.dumps(card.get("cross_validated", {}), ensure_ascii=False)
                self.stdout.write(f"{name}: {card['messages']} messages, held-out scores {scores}")
        except NoData as error:
            raise CommandError(f"缺少训练数据：{error}") from error
        except ModuleNotFoundError as error:
            raise CommandError(f"训练需要开发依赖（requirements/dev.txt）：缺少 {error.name}") from error
