"""The look of every state, light, outcome and reply kind: words, icon and tone; colour never speaks alone.

The words are those of `cases.choices`; only icons and tones are decided here.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from huixiang.cases.choices import STATE_LABELS, AssignmentState, ReplyKind, ReplyState, Resolution, Urgency
from huixiang.rules.lifecycle import State


@dataclass(frozen=True, slots=True)
class Mark:
    """What a code looks like: the words people read, the icon beside them and the tone of the badge."""

    label: str
    icon: str
    tone: str


_LOOK_OF_STATE = {
    State.SUBMITTED: ("send", "blue"),
    State.MODERATING: ("shield-check", "blue"),
    State.NEED_SUPPLEMENT: ("chat-square-dots", "amber"),
    State.REJECTED: ("x-circle", "grey"),
    State.DIVERTED: ("signpost-split", "violet"),
    State.MERGED: ("union", "violet"),
    State.TO_ASSIGN: ("inbox", "blue"),
    State.ASSIGNED: ("person-check", "blue"),
    State.OBJECTED: ("arrow-return-left", "amber"),
    State.HANDLING: ("hourglass-split", "teal"),
    State.PAUSED: ("pause-circle", "grey"),
    State.TRACKING: ("eye", "amber"),
    State.AWAITING_RATING: ("star", "amber"),
    State.CLOSED: ("check-circle-fill", "green"),
    State.REOPENED: ("arrow-repeat", "red"),
    State.TRANSFERRED: ("arrow-left-right", "violet"),
    State.FINALIZED: ("lock", "grey"),
    State.WITHDRAWN: ("arrow-counterclockwise", "grey"),
}
_LOOK_OF_RESOLUTION = {
    Resolution.RESOLVED: ("check-circle-fill", "green"),
    Resolution.PARTLY: ("circle-half", "amber"),
    Resolution.UNRESOLVED: ("x-circle", "red"),
    Resolution.EXPLAINED: ("info-circle", "blue"),
    Resolution.REFUSED: ("dash-circle", "grey"),
    Resolution.FORWARDED: ("arrow-left-right", "violet"),
    Resolution.UNCONFIRMED: ("question-circle", "amber"),
}
_LOOK_OF_KIND = {
    ReplyKind.ACK: ("inbox", "grey"),
    ReplyKind.INITIAL: ("megaphone", "blue"),
    ReplyKind.PROGRESS: ("hourglass-split", "teal"),
    ReplyKind.FINAL: ("check-circle-fill", "green"),
    ReplyKind.CORRECTION: ("pencil-square", "amber"),
    ReplyKind.EXTENSION: ("calendar3", "amber"),
    ReplyKind.TRANSFER: ("arrow-left-right", "violet"),
}
_LOOK_OF_REPLY_STATE = {
    ReplyState.DRAFT: ("pencil", "grey"),
    ReplyState.UNIT_REVIEW: ("people", "blue"),
    ReplyState.QUALITY: ("shield-check", "blue"),
    ReplyState.PUBLISHED: ("check-circle-fill", "green"),
    ReplyState.DISCARDED: ("x-circle", "grey"),
}
_LOOK_OF_TASK = {
    AssignmentState.OFFERED: ("inbox", "blue"),
    AssignmentState.ACCEPTED: ("hourglass-split", "teal"),
    AssignmentState.OBJECTED: ("arrow-return-left", "amber"),
    AssignmentState.DONE: ("check-circle-fill", "green"),
    AssignmentState.ENDED: ("dash-circle", "grey"),
}
_LOOK_OF_URGENCY = {
    Urgency.NORMAL: ("dash-circle", "grey"),
    Urgency.URGENT: ("exclamation-triangle-fill", "amber"),
    Urgency.CRITICAL: ("exclamation-octagon-fill", "red"),
}

STATES = {code.value: Mark(STATE_LABELS[code], *look) for code, look in _LOOK_OF_STATE.items()}
RESOLUTIONS = {code.value: Mark(str(code.label), *look) for code, look in _LOOK_OF_RESOLUTION.items()}
REPLY_KINDS = {code.value: Mark(str(code.label), *look) for code, look in _LOOK_OF_KIND.items()}
REPLY_STATES = {code.value: Mark(str(code.label), *look) for code, look in _LOOK_OF_REPLY_STATE.items()}
TASKS = {code.value: Mark(str(code.label), *look) for code, look in _LOOK_OF_TASK.items()}
URGENCIES = {code.value: Mark(str(code.label), *look) for code, look in _LOOK_OF_URGENCY.items()}
LIGHTS = {
    "green": Mark("正常", "check-circle", "green"),
    "yellow": Mark("临期", "clock", "amber"),
    "red": Mark("超时", "exclamation-triangle-fill", "red"),
    "black": Mark("严重超时", "exclamation-octagon-fill", "black"),
}
FAMILIES: dict[str, Mapping[str, Mark]] = {
    "state": STATES,
    "resolution": RESOLUTIONS,
    "kind": REPLY_KINDS,
    "reply_state": REPLY_STATES,
    "task": TASKS,
    "urgency": URGENCIES,
    "light": LIGHTS,
}


def mark(family: str, code: str, label: str = "") -> Mark:
    """Look a code of a family up, the caller's words winning; an unknown code shows its words, or itself, in grey."""
    known = FAMILIES[family].get(code, Mark(code, "circle-fill", "grey"))
    return Mark(label or known.label, known.icon, known.tone)
