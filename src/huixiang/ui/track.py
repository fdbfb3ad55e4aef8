"""The five steps that tell a citizen where a message stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

_LABELS = ("提交", "审核", "交办", "办理", "办结")
_STEP_OF_STATE = {
    "submitted": 1,
    "moderating": 1,
    "need_supplement": 1,
    "rejected": 1,
    "diverted": 1,
    "merged": 1,
    "to_assign": 2,
    "assigned": 2,
    "objected": 2,
    "handling": 3,
    "paused": 3,
    "reopened": 3,
    "transferred": 3,
    "tracking": 4,
    "awaiting_rating": 4,
    "closed": 5,
    "finalized": 5,
}
_STOPS = {"rejected": "不予受理", "diverted": "转其他渠道", "merged": "合并办理", "transferred": "已移送"}


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its words, whether it is done, current, stopped or todo, and when it was reached if known."""

    label: str
    status: str
    at: datetime | None = None


def steps(state: str, times: Mapping[str, datetime] | None = None, *, withdrawn_at_step: int = 1) -> list[Step]:
    """Lay the five steps out for a state code; times maps step words (提交 … 办结) to the moments they were reached."""
    reached = _STEP_OF_STATE.get(state, withdrawn_at_step)
    stop = "已撤回" if state == "withdrawn" else _STOPS.get(state, "")
    known = times or {}
    track = []
    for place, label in enumerate(_LABELS):
        if place < reached:
            track.append(Step(label, "done", known.get(label)))
        elif place > reached:
            track.append(Step(label, "todo"))
        else:
            track.append(Step(stop or label, "stopped" if stop else "current", known.get(label)))
    return track
