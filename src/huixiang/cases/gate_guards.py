"""The guards of a final reply beside the reefs: 四不放过, 四维披露, 事实情感行动, and every demand answered.

Source: design domain §C2, guards G1, G3, G4 and G5.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields

from huixiang.nlp.reefs.judging import Judgement

from .choices import MessageKind, ReplyKind, Urgency
from .gate_choices import FindingCode, RootCause
from .gate_faults import GRAVE, WARN, Fault
from .models import Case, FourLessons, Reply

DISCLOSURES = {"overview": "事件全貌", "responsibility": "责任归属", "progress": "处置进展", "prevention": "预防机制"}
CARES = {"facts": "事实", "empathy": "情感", "action": "行动"}
LESSONS = {"cause": "原因", "responsible_person": "责任人", "remedy": "措施", "lesson": "教训"}
_WRONGS = frozenset({MessageKind.COMPLAINT, MessageKind.REPORT})
_TROUBLES = _WRONGS | {MessageKind.HELP}
# One part alone that a reader does not see is shown beside the draft; so many are a fault of their own.
_MANY_CARES = 2
_MANY_DISCLOSURES = 3
_SHOWN = 40
MIN_REASON = 5


@dataclass(frozen=True)
class Lessons:
    """四不放过 as written; a name in `not_applicable` says that its text is the reason why it does not apply."""

    cause: str = ""
    responsible_person: str = ""
    remedy: str = ""
    lesson: str = ""
    not_applicable: tuple[str, ...] = field(default=())

    @property
    def missing(self) -> list[str]:
        """Names of what is not written, or said not to apply without a reason."""
        shortest = {name: MIN_REASON if name in self.not_applicable else 1 for name in LESSONS}
        return [name for name in LESSONS if len(str(getattr(self, name)).strip()) < shortest[name]]

    @property
    def waived(self) -> list[str]:
        """Names of what is said not to apply, with a reason."""
        return [name for name in LESSONS if name in self.not_applicable and name not in self.missing]


def lessons_of(reply: Reply) -> Lessons:
    """The four lessons kept for a reply; empty ones where there are none."""
    row = FourLessons.objects.filter(reply_id=reply.pk).first() if reply.pk else None
    if row is None:
        return Lessons()
    return Lessons(**{f.name: getattr(row, f.name) for f in fields(Lessons) if f.name != "not_applicable"},
                   not_applicable=tuple(row.not_applicable))  # fmt: skip


def needs_lessons(case: Case, kind: str) -> bool:
    """Whether this rests on the four lessons: the final reply to a complaint, a danger or a repeated case."""
    return kind == ReplyKind.FINAL and (case.kind in _WRONGS or case.urgency == Urgency.CRITICAL or case.round > 1)


def guards(case: Case, reply: Reply, judged: Judgement, lessons: Lessons | None) -> Iterable[Fault]:
    """What a final reply still lacks; `lessons` stands for the kept ones where it is given."""
    if reply.kind != ReplyKind.FINAL:
        return
    yield from _unanswered(judged)
    if case.kind in _TROUBLES:
        yield from _care(judged)
    if case.kind in _WRONGS and not reply.public_reason.strip():
        yield from _disclosure(judged.elements)
    if needs_lessons(case, reply.kind):
        yield from _lessons(lessons_of(reply) if lessons is None else lessons)


def _unanswered(judged: Judgement) -> Iterable[Fault]:
    """The weightiest demand without an answer; lesser ones stand on the checklist beside the draft."""
    for demand in judged.demands[:1]:
        if demand.answered == "none":
            yield Fault(
                FindingCode.UNANSWERED, WARN, f"留言最主要的诉求没有找到答复：“{_short(demand.span)}”。",
                "逐条对照诉求作答：办了什么、结果是什么，或者为什么不能办。",
                absence=f"对“{_short(demand.span)}”的答复",
            )  # fmt: skip


def _care(judged: Judgement) -> Iterable[Fault]:
    missing = [name for name in CARES if not judged.elements[name]]
    if len(missing) >= _MANY_CARES:
        # A short but complete reply may look hollow to the learnt elements: alone they warn, and hold nothing back.
        is_hollow = len(missing) == len(CARES) and judged.send_back
        yield Fault(
            FindingCode.CARE, GRAVE if is_hollow else WARN,
            f"群众求助、投诉的答复要有事实、有温度、有行动，这里没有看到{_listed(missing, CARES)}。",
            "事实写清时间、地点、人和数；情感用留言人自己说到的事；行动写清谁、什么时候做什么。",
            absence=_listed(missing, CARES),
        )  # fmt: skip


def _disclosure(elements: Mapping[str, bool]) -> Iterable[Fault]:
    missing = [name for name in DISCLOSURES if not elements[name]]
    if len(missing) >= _MANY_DISCLOSURES:
        yield Fault(
            FindingCode.DISCLOSURE, WARN, f"没有看到{_listed(missing, DISCLOSURES)}。",
            "每一项至少写一句具体的话；依法不能公开的，在“依据”栏写明理由。",
            RootCause.MECHANISM, absence=_listed(missing, DISCLOSURES),
        )  # fmt: skip


def _lessons(lessons: Lessons) -> Iterable[Fault]:
    if lessons.missing:
        named = _listed(lessons.missing, LESSONS)
        yield Fault(
            FindingCode.FOUR_LESSONS, GRAVE, f"投诉、安全和重复件办结要做到四不放过，还没有写{named}。",
            "在“四不放过”栏写清楚；确实不适用的，勾选并写明理由，由上一级批准。",
            RootCause.MECHANISM, absence=f"四不放过：{named}",
        )  # fmt: skip
    if lessons.waived:
        named = _listed(lessons.waived, LESSONS)
        yield Fault(
            FindingCode.FOUR_LESSONS, GRAVE, f"四不放过里的{named}写了不适用，要由上一级批准。",
            "申请放行，由上级单位负责人、督办员或交办员批准。",
            RootCause.MECHANISM, absence=f"上一级对“不适用”的批准：{named}",
        )  # fmt: skip


def _listed(names: Iterable[str], words: Mapping[str, str]) -> str:
    return "、".join(words[name] for name in names)


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
