"""Faults that show only across replies: contradictions, copies, repetitions, claims that the citizen has rebutted."""

import re
from collections.abc import Iterable

from huixiang.nlp.replies.contradictions import Against, Contradiction, contradictions
from huixiang.nlp.replies.likeness import near
from huixiang.nlp.replies.rarity import pairs
from huixiang.nlp.replies.reading import LONGEST

from .choices import MessageKind, ReplyKind
from .gate_choices import FindingCode, RootCause
from .gate_faults import FORMAL, GRAVE, WARN, Fault, placed
from .gate_querysets import today
from .gate_scene import Surroundings
from .knowledge import answers_by_the_book
from .models import Reply

# A reply that says itself what it changes about an earlier one contradicts nobody.
_EXPLAINED = re.compile(
    r"(?:此前|之前|上次|前次|上一次|先前|原来?)的?[^，。；]{0,8}(?:答复|回复|说法|说的|写的|数字)|更正|有误|写错|说错"
)
_UNFINISHED = re.compile(r"(?:尚未|还未|仍未|未能|没有)|正在|待[^，。；]{2,12}后")
_ALIKE_MESSAGES = 0.3
"""Likeness of two messages from which the same answer to both is no fault: the same question, the same answer."""

_VERBATIM = 0.95
_TALKED_OF = 2
"""Character pairs that a denial and an affirmation must share to speak of one thing."""


def across(scene: Surroundings) -> Iterable[Fault]:
    """All faults between this draft and other words, at most one per other reply and kind of fault."""
    yield from _contradictions(scene)
    said_before = [*_copies(scene), *_repetition(scene)]
    # An approved answer to a standard question is meant to be given in the same words every time.
    if said_before and not answers_by_the_book(scene.case, scene.reply.body, on=today(scene.at)):
        yield from said_before
    yield from _rebuttals(scene)


def _contradictions(scene: Surroundings) -> Iterable[Fault]:
    if _EXPLAINED.search(scene.reply.body):
        return
    for other in scene.same_case.values():
        real = [c for c in contradictions(scene.reply.body[:LONGEST], other.body[:LONGEST]) if _is_real(c)]
        if other.pk == scene.reply.corrects_id or not real:
            continue
        worst = max(real, key=_weight)
        mine, theirs = worst.one.text, worst.other.text
        fault = Fault(
            FindingCode.CONTRADICTION, _weight(worst), f"{_whose(other)}说“{theirs[:40]}”，与这里的说法不一致。",
            "先核实哪一种说法是对的；确有变化的，在正文里说明此前的答复为什么要改，或另发更正说明。",
            RootCause.MECHANISM, absence=mine[:200], other_reply=other,
        )  # fmt: skip
        yield placed(fault, scene.reply.body, mine, near=worst.one.start)


def _is_real(found: Contradiction) -> bool:
    """Whether it is more than a matter going on: what was under way may be done by now, and not the other way round."""
    if found.kind is Against.DONE:
        return bool(_UNFINISHED.search(found.one.text))
    if found.kind is Against.EXISTENCE:
        return len(pairs(found.one.text) & pairs(found.other.text)) >= _TALKED_OF
    return True


def _weight(found: Contradiction) -> int:
    return GRAVE if found.kind in {Against.EXISTENCE, Against.DONE} else WARN


def _whose(other: Reply) -> str:
    day = other.published_at
    when = f"{day.month}月{day.day}日的" if day else ""
    return f"{other.unit.short_name}{when}{ReplyKind(other.kind).label}"


def _copies(scene: Surroundings) -> Iterable[Fault]:
    if scene.reply.kind in FORMAL:
        return
    own = scene.case.title + scene.case.body
    for copy in scene.judged.copies:
        other = scene.elsewhere[int(copy.id)]
        if near(own, other.case.title + other.case.body) >= _ALIKE_MESSAGES:
            continue
        asks = scene.case.kind in {MessageKind.CONSULT, MessageKind.SUGGEST, MessageKind.THANKS}
        is_grave = copy.likeness >= _VERBATIM and scene.reply.kind == ReplyKind.FINAL and not asks
        yield Fault(
            FindingCode.COPIED, GRAVE if is_grave else WARN,
            f"与本单位答复留言{other.case.number}的文字几乎相同，那件说的是“{other.case.title[:20]}”。",
            "对照这件留言的诉求重写，写出这件事自己的时间、地点和处理情况。",
            absence="这件留言自己的情况", other_reply=other,
        )  # fmt: skip
        return


def _repetition(scene: Surroundings) -> Iterable[Fault]:
    if scene.judged.repeats_own and scene.reply.kind not in {ReplyKind.ACK, ReplyKind.EXTENSION}:
        yield Fault(
            FindingCode.REPEATED, GRAVE, "与本件已经发布的答复几乎一样，没有新的情况。",
            "写明上次答复以后又做了什么、现在到了哪一步；确实没有进展的，说明原因和下一个日期。",
            absence="上次答复以后的新情况",
        )  # fmt: skip


def _rebuttals(scene: Surroundings) -> Iterable[Fault]:
    for rebuttal in scene.judged.rebuttals[:1]:
        claim = rebuttal.claim
        # Newer proof beside the claim answers the citizen; a claim said again without any does not.
        is_bare = not claim.evidence and scene.reply.kind == ReplyKind.FINAL
        fault = Fault(
            FindingCode.REBUTTED, GRAVE if is_bare else WARN,
            f"留言人已经说过“{rebuttal.words[:40]}”，这里仍然这样写。",
            "再到现场核实，写明复核的时间、看到的情况和凭据，直接回应留言人的质疑。",
            RootCause.MECHANISM, absence=claim.place.text[:200],
        )  # fmt: skip
        yield placed(fault, scene.reply.body, claim.place.text, near=claim.place.start)
