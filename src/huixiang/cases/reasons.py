"""Reason codes with the words and the other door that go with them, from `data/reasons.json`."""

import json
from dataclasses import dataclass
from functools import cache

from django.conf import settings


@dataclass(frozen=True)
class Reason:
    """Why a message is declined, and where its author can turn instead."""

    code: str
    label: str
    explanation: str
    other_door: str
    basis: str = ""
    outcome: str = "reject"
    # What has to be written down with it, and for how many working days at most it holds.
    requires: tuple[str, ...] = ()
    working_days: int | None = None


@cache
def _tables() -> dict[str, dict[str, Reason]]:
    tables = json.loads((settings.REFERENCE_DIR / "reasons.json").read_text(encoding="utf-8"))
    return {
        outcome: {
            row["code"]: Reason(
                row["code"],
                row["label"],
                row["explanation"],
                row.get("other_door", ""),
                row.get("basis", ""),
                outcome,
                tuple(row.get("requires", ())),
                row.get("limit", {}).get("working_days"),
            )
            for row in rows
        }
        for outcome, rows in tables.items()
    }


def reasons(outcome: str) -> dict[str, Reason]:
    """The reasons of one `outcome` (reject, divert, pause, objection, unsatisfied, extension) by code."""
    return _tables()[outcome]


def reason_of(code: str) -> Reason | None:
    """The reason for which a message was declined (rejected or diverted); None for an unknown code."""
    return reasons("reject").get(code) or reasons("divert").get(code)
