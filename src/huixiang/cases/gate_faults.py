"""A fault of a draft before it is stored, and how the judgement of `nlp.reefs` becomes faults of a kind of reply."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from huixiang.nlp.reefs.judging import Judgement
from huixiang.nlp.reefs.kinds import Finding
from huixiang.nlp.reefs.kinds import RootCause as Cause
from huixiang.nlp.replies.remarks import Remark, RemarkKind

from .choices import ReplyKind
from .gate_choices import FindingCode, RootCause
from .models import Reply

WARN, GRAVE = 1, 2
MOST_UNDATED = 3
_CAUSES = {Cause.DUTY: RootCause.DUTY, Cause.MECHANISM: RootCause.MECHANISM}
_REMARKS: dict[RemarkKind, tuple[FindingCode, str]] = {
    RemarkKind.PRIVACY: (FindingCode.PRIVACY, "隐去能认出个人的内容，只写事情本身。"),
    RemarkKind.DATE: (FindingCode.IMPOSSIBLE_DATE, "对照台账核对日期。"),
    RemarkKind.TONE: (FindingCode.TONE, "改成平实的说明：查到什么、为什么、怎么办。"),
    RemarkKind.TRUNCATED: (FindingCode.TRUNCATED, "把正文补完整再送审。"),
}
# These kinds say one formal thing; they answer nothing, and only an early claim or denial can be wrong in them.
FORMAL = frozenset({ReplyKind.ACK, ReplyKind.EXTENSION, ReplyKind.TRANSFER})
_EARLY = frozenset({FindingCode.RASH_DENIAL, FindingCode.HASTY_PROMISE})
# A first word cannot answer yet.
_TOO_EARLY = frozenset({FindingCode.OFF_QUESTION, FindingCode.EVASION})
# What weighs less in a kind: a progress note tells one step, a correction speaks to the reply that it corrects.
_SOFTENED: dict[ReplyKind, frozenset[FindingCode]] = {
    ReplyKind.PROGRESS: frozenset({FindingCode.OFF_QUESTION}),
    ReplyKind.CORRECTION: frozenset({FindingCode.OFF_QUESTION, FindingCode.EVASION, FindingCode.OSTRICH}),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault, with the fields of a `ReefFinding`; `start` and `end` are null for an absence."""

    code: FindingCode
    severity: int
    why: str
    cure: str
    root_cause: RootCause = RootCause.DUTY
    span: str = ""
    start: int | None = None
    end: int | None = None
    absence: str = ""
    other_reply: Reply | None = None
    probability: float | None = None
    evidence: tuple[str, ...] = ()

    @property
    def is_grave(self) -> bool:
        """Whether this fault alone holds the reply back."""
        return self.severity == GRAVE

    @property
    def label(self) -> str:
        """The Chinese name of the fault."""
        return self.code.label


def placed(fault: Fault, body: str, span: str, *, near: int = 0) -> Fault:
    """The fault with its words and their place, the first at or after `near`; words not in `body` become an absence."""
    start = body.find(span, near)
    start = body.find(span) if start < 0 else start
    if not span or start < 0:
        return replace(fault, absence=(fault.absence or span or fault.label)[:200])
    return replace(fault, span=span, start=start, end=start + len(span), absence="")


def reefs_of(judged: Judgement, reply: Reply) -> Iterable[Fault]:
    """The reefs of a judgement as far as they can stand on this kind of reply (docs/reply-gate.md#kinds)."""
    kind = ReplyKind(reply.kind)
    for found in judged.findings:
        code = FindingCode(found.code)
        if kind in FORMAL and code not in _EARLY:
            continue
        if kind == ReplyKind.INITIAL and code in _TOO_EARLY:
            continue
        # The day of the next word stands in a field of its own, and is shown with the reply.
        if kind == ReplyKind.INITIAL and code == FindingCode.OSTRICH and not found.span and reply.next_report_on:
            continue
        severity = WARN if code in _SOFTENED.get(kind, frozenset()) else int(found.severity)
        yield _reef(found, code, severity, reply.body)


def remarks_of(judged: Judgement, body: str) -> Iterable[Fault]:
    """Privacy, impossible dates, tone and broken-off text."""
    for remark in judged.remarks:
        code, cure = _REMARKS[remark.kind]
        yield placed(Fault(code, _weight(remark), remark.why, cure, absence=code.label), body, remark.span)


def undated_of(judged: Judgement, body: str) -> Iterable[Fault]:
    """Promises without a day: nobody can hold the unit to them."""
    loose = [c for c in judged.commitments if c.due is None][:MOST_UNDATED]
    for promise in loose:
        fault = Fault(
            FindingCode.UNDATED, WARN, "承诺没有写明哪天做到，群众无法对照，系统也无法跟踪。",
            "写明日期；定不下来的，写明哪天给出时间表。", RootCause.MECHANISM, absence="承诺的日期",
        )  # fmt: skip
        yield placed(fault, body, promise.span, near=promise.start)


def _reef(found: Finding, code: FindingCode, severity: int, body: str) -> Fault:
    fault = Fault(
        code, severity, found.why[:500], found.cure[:500], _CAUSES[found.root_cause], absence=found.absence,
        probability=found.probability, evidence=found.evidence,
    )  # fmt: skip
    return placed(fault, body, found.span)


def _weight(remark: Remark) -> int:
    return GRAVE if remark.is_grave else WARN
