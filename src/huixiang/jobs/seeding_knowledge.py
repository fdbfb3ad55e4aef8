"""The standard answers of the demo town, written by one person of the unit and approved by another."""

import json
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from huixiang.accounts.roles import Role
from huixiang.cases.actions import keeping_knowledge
from huixiang.cases.actions.keeping_knowledge import Words
from huixiang.cases.gate_querysets import today
from huixiang.cases.ledger import Act
from huixiang.units.models import Topic, Unit

from .seeding_town import Town

WRITTEN_BEFORE = timedelta(days=30)


@transaction.atomic
def keep_knowledge(town: Town, now: datetime) -> int:
    """Writes and approves every row of `seeds/knowledge.json`; gives their number."""
    rows = json.loads((settings.SEEDS_DIR / "knowledge.json").read_text(encoding="utf-8"))
    at = now - WRITTEN_BEFORE
    for row in rows:
        unit = Unit.objects.select_related("region").get(key=row["unit"])
        words = Words(
            row["question"], row["answer"], row["basis"], unit.region, today(now) + timedelta(days=row["valid_days"]),
            Topic.objects.get(pk=row["topic"]),
        )  # fmt: skip
        writer, approver = (town.people.of(unit, role) for role in (Role.HANDLER, Role.UNIT_REVIEWER))
        entry = keeping_knowledge.write(words, unit, Act(writer, at, Role.HANDLER.label, unit))
        keeping_knowledge.approve(entry, Act(approver, at, Role.UNIT_REVIEWER.label, unit), seen_version=1)
    return len(rows)
