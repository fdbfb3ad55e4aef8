"""Finds where two replies about one matter cannot both be true: in existence, completion, numbers or days."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from huixiang.nlp.dates import moments
from huixiang.nlp.replies.claims import numbers_of
from huixiang.nlp.replies.pieces import Piece, clauses, sentences
from huixiang.nlp.replies.rarity import pairs


class Against(StrEnum):
    """In what the two replies disagree."""

    EXISTENCE = "existence"
    DONE = "done"
    NUMBER = "number"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two places, one in each reply, that cannot both be true."""

    kind: Against
    one: Piece
    other: Piece


COMMON: Final = 0.34
"""Share of character pairs, marks of denial and numbers aside, from which two clauses speak of one thing."""

_DENIED: Final = re.compile(
    r"不存在|没有|未发现|不属实|无此|查无|并无|未曾|从未|不符|不是|并非|谣言|误会|干燥无|无渗漏|自然死亡|"
    r"与[^，。；]{1,10}无关|正常|合格(?!证)"
)
_AFFIRMED: Final = re.compile(
    r"(?<!不)(?<!未)属实|确实|存在(?<!不存在)|查实|已对[^，。；]{0,10}(?:批评|处分|处理|处罚)|立案|查明|"
    r"人为|渗水|超标|违规|不合格|报警|公告"
)
_FINISHED: Final = re.compile(
    r"已(?:经|全部|全面|彻底|于)?[^，。；]{0,10}(?:完成|解决|整改|拆除|清理|修复|恢复|办结|处置|安装|支付|发放)|到位"
)
_UNFINISHED: Final = re.compile(
    r"(?:尚未|还未|仍未|未)[^，。；]{0,8}(?:完成|解决|整改|拆除|清理|修复|恢复|启动|动工|支付|发放)|正在|"
    r"无一|没有(?:拆|修|清|整改)|待[^，。；]{2,12}后"
)
_ASIDE: Final = re.compile(r"\d|您|你|网友|反映|问题|情况|我局|经|核查|核实|调查")


def contradictions(one: str, other: str) -> list[Contradiction]:
    """Return the contradictions between two replies, at most one of each kind for each clause of `one`."""
    theirs = [c for s in sentences(other) for c in clauses(other, s) if len(c.text) > 3]
    found = []
    for sentence in sentences(one):
        for clause in clauses(one, sentence):
            seen: set[Against] = set()
            for place in theirs:
                for kind in _against(clause.text, place.text):
                    if kind not in seen:
                        seen.add(kind)
                        found.append(Contradiction(kind, clause, place))
    return found + _existence(one, other)


def _against(one: str, other: str) -> Iterator[Against]:
    if not _one_thing(one, other):
        return
    if (_FINISHED.search(one) and _UNFINISHED.search(other)) or (_UNFINISHED.search(one) and _FINISHED.search(other)):
        yield Against.DONE
    a, b = numbers_of(one), numbers_of(other)
    if any(a[unit].isdisjoint(b[unit]) for unit in a.keys() & b.keys()):
        yield Against.NUMBER
    days, others = {m.day for m in moments(one, None)}, {m.day for m in moments(other, None)}
    if days and others and days.isdisjoint(others):
        yield Against.DATE


def _existence(one: str, other: str) -> list[Contradiction]:
    """Denial in one reply, affirmation in the other; both are about one matter, so one pair of places is enough."""
    for first, second, turned in ((one, other, False), (other, one, True)):
        denied = _first(first, _DENIED, _AFFIRMED)
        affirmed = _first(second, _AFFIRMED, _DENIED)
        if denied and affirmed:
            places = (affirmed, denied) if turned else (denied, affirmed)
            return [Contradiction(Against.EXISTENCE, *places)]
    return []


def _first(text: str, wanted: re.Pattern[str], unwanted: re.Pattern[str]) -> Piece | None:
    every = (clause for sentence in sentences(text) for clause in clauses(text, sentence))
    return next((c for c in every if wanted.search(c.text) and not unwanted.search(c.text)), None)


def _one_thing(one: str, other: str) -> bool:
    a, b = (pairs(_ASIDE.sub("", text)) for text in (one, other))
    return len(a & b) >= COMMON * max(1, min(len(a), len(b))) and len(a & b) > 1
