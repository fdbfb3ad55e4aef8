"""Deciding: a person answers what triage had suggested; agreement and correction are both kept."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction

from huixiang.cases.ledger import Act
from huixiang.cases.models import Case
from huixiang.cases.refusals import Refused

from ..choices import Question
from ..models import Decision, Suggestion

REASON_LIMIT = 200


@dataclass(frozen=True)
class Choice:
    """What a person chose: the stored value (empty: 不确定) and how it is called."""

    value: str
    label: str


@transaction.atomic
def decide(case: Case, choices: Mapping[Question, Choice], act: Act, *, reason: str = "") -> list[Decision]:
    """Keeps one decision per question that triage was asked; a case it never read has none to learn from."""
    if act.by is None:
        raise Refused("只有工作人员可以核定。")
    made = {s.question: s for s in Suggestion.objects.filter(case=case, question__in=list(choices))}
    rows = [
        _decision(case, made[question], choice, act, reason)
        for question, choice in choices.items()
        if question in made and not _stands(case, question, choice)
    ]
    return Decision.objects.bulk_create(rows)


def latest(case: Case) -> dict[str, Decision]:
    """What was last decided about a case, by question."""
    return {d.question: d for d in Decision.objects.filter(case=case).select_related("by").order_by("at", "pk")}


def _stands(case: Case, question: Question, choice: Choice) -> bool:
    """Whether the same was decided last time: saying it twice is no news."""
    last = Decision.objects.filter(case=case, question=question).first()
    return last is not None and last.chosen == choice.value


def _decision(case: Case, made: Suggestion, choice: Choice, act: Act, reason: str) -> Decision:
    return Decision(
        case=case,
        question=made.question,
        suggested=made.value,
        suggested_label=made.label,
        p=made.p,
        chosen=choice.value,
        chosen_label=choice.label[:120],
        is_agreed=made.value == choice.value,
        reason=reason.strip()[:REASON_LIMIT],
        by=act.by,
        role=act.role,
        at=act.at,
    )
