"""`huixiang train`: learn from this site's own settled messages, go back, or fit every model from labelled files.

train                       learn from the own closed cases and corrections; a worse model is refused
train --roll-back           go back to the model before
train --from DIR --to DIR   fit all shipped models from labelled messages (needs the development requirements)
"""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from huixiang.nlp.training.adapting import LEAST_HELD_BACK, LEAST_LEARNT, Score, TooFew
from huixiang.nlp.training.corpus import NoData
from huixiang.triage import keeping, learning


class Command(BaseCommand):
    help = "Learn from this site's own settled messages; with --from and --to, fit every model from labelled files."
    requires_system_checks: list[str] = []  # noqa: RUF012 – as Django declares it

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--roll-back", action="store_true", help="go back to the model in use before")
        parser.add_argument("--from", dest="source", type=Path, help="directory of JSON Lines files")
        parser.add_argument("--to", dest="target", type=Path, help="directory for the parameters")
        parser.add_argument("--only", nargs="*", help="with --from: models to train (all)")
        parser.add_argument("--date", default="", help="with --from: date to write on the model cards, YYYY-MM-DD")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["source"] or options["target"]:
            self._from_files(options)
        elif options["roll_back"]:
            self._roll_back()
        else:
            self._from_own_cases()

    def _from_own_cases(self) -> None:
        try:
            outcome, is_kept = learning.learn(timezone.now())
        except TooFew as few:
            raise CommandError(
                f"数据太少：可学的{few.learnt}件（至少{LEAST_LEARNT}件），"
                f"留作评判的{few.held_back}件（至少{LEAST_HELD_BACK}件）。现用模型不变。"
            ) from few
        self.stdout.write(f"学了{outcome.learnt}件，用另外{outcome.old.messages}件评判：")
        self.stdout.write(f"  现用模型  {_words(outcome.old)}")
        self.stdout.write(f"  新模型    {_words(outcome.new)}")
        if is_kept:
            self.stdout.write(f"新模型已启用：{keeping.current_name()}。要退回上一个：./huixiang train --roll-back")
        else:
            self.stdout.write("新模型不如现用的，没有启用。")

    def _roll_back(self) -> None:
        try:
            name = keeping.roll_back()
        except keeping.NothingBefore as nothing:
            raise CommandError("没有更早的模型可以退回。") from nothing
        self.stdout.write(f"已退回：{'出厂模型' if name == keeping.SHIPPED else name}")

    def _from_files(self, options: dict[str, Any]) -> None:
        if not options["source"] or not options["target"]:
            raise CommandError("--from 和 --to 要一起给")
        try:
            from huixiang.nlp.training.building import MODELS as KNOWN
            from huixiang.nlp.training.building import build

            wanted = options["only"] or list(KNOWN)
            if unknown := set(wanted) - set(KNOWN):
                raise CommandError(f"没有这个模型：{'、'.join(sorted(unknown))}")
            for name, card in build(options["source"], options["target"], wanted, options["date"]):
                scores = json.dumps(card.get("cross_validated", {}), ensure_ascii=False)
                self.stdout.write(f"{name}: {card['messages']} messages, held-out scores {scores}")
        except NoData as error:
            raise CommandError(f"缺少训练数据：{error}") from error
        except ModuleNotFoundError as error:
            raise CommandError(f"训练需要开发依赖（requirements/dev.txt）：缺少 {error.name}") from error


def _words(score: Score) -> str:
    return (
        f"说对{score.accuracy:.1%}，敢说的{score.coverage:.1%}里说对{score.accuracy_when_told:.1%}，"
        f"对数损失{score.log_loss:.3f}"
    )
