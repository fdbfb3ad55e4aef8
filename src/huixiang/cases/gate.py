"""The reply gate: judges a draft against its message, the case and other replies, keeps what it found, holds it back.

`look` only reads, for the editor and for whoever reviews; `record` also writes, inside the action that moves the
reply. A finding of severity 2 holds a reply back until it is mended or an override is approved. How it works, and how
to add a reef: docs/reply-gate.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from huixiang.nlp.reefs.judging import Judgement

from .gate_choices import CheckMoment, FindingCode, OverrideState
from .gate_faults import Fault, reefs_of, remarks_of, undated_of
from .gate_guards import Lessons, guards
from .gate_names import misspelt_names, unknown_laws
from .gate_others import across
from .gate_scene import surroundings
from .models import GateOverride, ReefFinding, Reply, ReplyCheck
from .refusals import Refused

MOST_NAMED = 3


class Held(Refused):
    """The gate holds this text back; `faults` are its grave ones."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        named = "".join(f"【{f.label}】{_shown(f)}{f.why}{f.cure}" for f in faults[:MOST_NAMED])
        more = f"另有{len(faults) - MOST_NAMED}处。" if len(faults) > MOST_NAMED else ""
        super().__init__(
            f"有{len(faults)}处必须改的问题，不能发布。{named}{more}请改好再发；确有理由照原样发布的，请先申请放行。"
        )


@dataclass(frozen=True)
class Look:
    """What is found about one text: faults, the grave ones first and then in reading order, and the judgement."""

    faults: tuple[Fault, ...]
    judged: Judgement

    @property
    def grave(self) -> tuple[Fault, ...]:
        """The faults that hold the reply back."""
        return tuple(f for f in self.faults if f.is_grave)


def look(reply: Reply, *, at: datetime, lessons: Lessons | None = None) -> Look:
    """Judges `reply` as it stands in memory, saved or not; `lessons` replaces the kept ones. Writes nothing."""
    scene = surroundings(reply, at=at)
    body, judged = reply.body, scene.judged
    faults = [
        *reefs_of(judged, reply),
        *across(scene),
        *guards(scene.case, reply, judged, lessons),
        *remarks_of(judged, body),
        *undated_of(judged, body),
        *unknown_laws(body),
        *misspelt_names(scene.case, body),
    ]
    end = len(body)
    faults.sort(key=lambda f: (-f.severity, end if f.start is None else f.start))
    return Look(tuple(faults), judged)


def record(reply: Reply, moment: CheckMoment, *, at: datetime) -> ReplyCheck:
    """Judges `reply` and keeps the check with its findings; a clean text leaves a check without any."""
    return keep(reply, look(reply, at=at), moment, at=at)


def keep(reply: Reply, found: Look, moment: CheckMoment, *, at: datetime) -> ReplyCheck:
    """Writes down what was found about the present text of `reply`."""
    judged = found.judged
    check = ReplyCheck.objects.create(
        reply=reply, version=reply.version, moment=moment, at=at, is_held=bool(found.grave),
        demands=[
            {"span": d.span, "kind": d.kind, "asks": list(d.asks), "answered": d.answered, "part": d.part}
            for d in judged.demands
        ],
        elements=dict(judged.elements), outcome=judged.outcome, is_forward_only=judged.forward_only,
        narrowed=list(judged.narrowed),
    )  # fmt: skip
    ReefFinding.objects.bulk_create(_row(check, reply, fault) for fault in found.faults)
    return check


def let_out(reply: Reply, *, at: datetime, is_history: bool = False) -> dict[str, int]:
    """Keeps the check of publication and gives what the ledger says of an override; raises Held.

    `is_history` is for stories told again that happened before there was a gate: everything is kept, nothing is held.
    """
    found = look(reply, at=at)
    override = standing(reply, found.grave) if found.grave else None
    if found.grave and override is None and not is_history:
        raise Held(found.grave)
    keep(reply, found, CheckMoment.PUBLICATION, at=at)
    return {"override": override.pk} if override else {}


def standing(reply: Reply, grave: Sequence[Fault]) -> GateOverride | None:
    """The approved override that covers these faults of the present text, if there is one."""
    approved = GateOverride.objects.filter(reply=reply, version=reply.version, state=OverrideState.APPROVED).first()
    if approved is None or not {f.code for f in grave} <= set(approved.codes):
        return None
    # What one's own unit could let pass may since have come to need the level above.
    return approved if approved.needs_superior or not needs_superior(grave) else None


def needs_superior(grave: Sequence[Fault]) -> bool:
    """Whether letting these faults pass is for the level above the unit."""
    return any(f.code == FindingCode.FOUR_LESSONS for f in grave)


def lapse_overrides(reply: Reply) -> None:
    """A changed or discarded text leaves its override behind."""
    GateOverride.objects.filter(reply=reply, state__in=OverrideState.open()).update(state=OverrideState.LAPSED)


def _row(check: ReplyCheck, reply: Reply, fault: Fault) -> ReefFinding:
    return ReefFinding(
        check_run=check, reply=reply, version=reply.version, code=fault.code, severity=fault.severity, span=fault.span,
        start=fault.start, end=fault.end, absence=fault.absence, why=fault.why, cure=fault.cure,
        root_cause=fault.root_cause, other_reply=fault.other_reply, probability=fault.probability,
        evidence=list(fault.evidence),
    )  # fmt: skip


def _shown(fault: Fault) -> str:
    return f"“{fault.span}”：" if fault.span else f"缺少{fault.absence}："
