"""The worst replies of a look-back, as one reader may see them: quoted, with reasons and cures."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from huixiang.cases.gate_choices import RootCause
from huixiang.cases.models import Reply
from huixiang.nlp.reefs import REEFS
from huixiang.units.access import Actor

from . import access
from .models import LookBack, Opinion, SecondOpinion, Weight

WORST = 20


@dataclass(frozen=True)
class Told:
    """One finding in words."""

    code: str
    name: str
    weight: Weight
    span: str
    absence: str
    why: str
    cure: str
    root_cause: str

    @property
    def is_grave(self) -> bool:
        """Whether it is a reason to send the reply back."""
        return self.weight == Weight.SEND_BACK


@dataclass(frozen=True)
class Bad:
    """One of the worst replies with what was found in it."""

    reply: Reply
    findings: list[Told]
    remarks: list[Mapping[str, str]]


def worst(actor: Actor, look_back: LookBack, *, only_public: bool = False) -> list[Bad]:
    """The worst replies on cases that the person sees, the gravest first; replies without a fault never stand here.

    `only_public` leaves out what the public cannot read: for paper, which goes from hand to hand.
    """
    faulty = Q(opinion__send_back=True) | Q(opinion__graves_count__gt=0) | Q(opinion__warns_count__gt=0)
    seen = Q(reply__case__public_at__isnull=False) if only_public else Q()
    rows = (
        access.looked(actor, look_back).filter(faulty, seen)
        .select_related("reply__case", "reply__unit", "opinion")
        .defer("reply__case__sealed_title", "reply__case__sealed_body", "reply__case__sealed_contact")
        .order_by("-opinion__send_back", "-opinion__graves_count", "-opinion__weight", "pk")
    )  # fmt: skip
    return [Bad(row.reply, told(row.opinion), row.opinion.remarks) for row in rows[:WORST] if row.opinion]


def told(opinion: Opinion) -> list[Told]:
    """The findings of an opinion in words, the gravest first."""
    return sorted((_told(finding) for finding in opinion.findings), key=lambda one: -one.weight)


def second_told(second: SecondOpinion) -> list[Told]:
    """The findings of a second opinion in words; it names no cure, the reef's own stands in for it."""
    return [
        Told(
            code=one["code"],
            name=REEFS[one["code"]].name,
            weight=Weight(one["severity"]),
            span=one["span"],
            absence="" if one["span"] else REEFS[one["code"]].absence,
            why=one["why"],
            cure=REEFS[one["code"]].cure,
            root_cause=REEFS[one["code"]].root_cause.value,
        )
        for one in second.findings
    ]


def _told(finding: Mapping[str, Any]) -> Told:
    kept = {name: str(finding[name]) for name in ("code", "span", "absence", "why", "cure")}
    return Told(
        name=REEFS[finding["code"]].name,
        weight=Weight(finding["severity"]),
        root_cause=str(RootCause(finding["root_cause"]).label),
        **kept,
    )
