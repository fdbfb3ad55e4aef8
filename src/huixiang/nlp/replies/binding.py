"""Binds each demand of a message to the part of the reply that speaks to it, and says how near the two are.

Nearness is the share of the demand's character pairs that the part has too; a pair that few messages hold weighs more.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from huixiang.nlp.replies.cues import CUES, SERIOUS
from huixiang.nlp.replies.pieces import Piece
from huixiang.nlp.replies.rarity import Rarity, pairs
from huixiang.nlp.replies.reading import Reading
from huixiang.nlp.replies.slots import SLOTS

ASKS: Final[Mapping[str, re.Pattern[str]]] = MappingProxyType(
    {
        name: re.compile(pattern)
        for name, pattern in {
            "figure": "多少|几[个天年月次]|哪些|标准|金额|面积|比例|多久|多长",
            "date": "何时|什么时候|时间|多久|哪天|哪年|几时|几月|何日|进度",
            "reason": "为什么|为何|原因|凭什么|怎么会|理由|解释|说法",
            "yes_no": "是否|吗|能不能|可不可以|有没有|会不会|是不是|能否|可否|属于|合法|合理",
            "way": "如何|怎么|怎样|流程|手续|条件|哪里|怎么办|途径",
            "rule": "依据|规定|政策|文件|标准|合法|违规|违法|法律",
            "person": "谁|哪个部门|哪里|保护伞|领导|不作为|乱作为|书记|主任|工作人员|态度|失职",
            "punish": "查处|处罚|严惩|追究|严肃处理|调查|核实|查清|取缔|打击",
            "fix": "修|解决|处理|整改|清理|安装|增设|建|退|赔|补|恢复|改善|硬化|开通|整治|管",
        }.items()
    }
)
"""What kind of answer a demand asks for."""

TYPED: Final[Mapping[str, re.Pattern[str]]] = MappingProxyType(
    {
        "figure": SLOTS["number"],
        "date": SLOTS["when"],
        "reason": CUES["cause"],
        "yes_no": re.compile(r"是|可以|不能|属实|不存在|符合|没有|暂无|能够|允许|不予|已经|未|不"),
        "way": re.compile(r"申请|提交|提供|携带|办理|流程|[1-9一二三四]、|资料|窗口|条件"),
        "rule": CUES["named_rule"],
        "person": CUES["accountable"],
        "punish": CUES["ordered"],
        "fix": CUES["done"],
    }
)
"""What an answer of each kind looks like."""


@dataclass(frozen=True, slots=True)
class Bound:
    """A demand and the sentences of the reply nearest to it (None if the reply says nothing); nearness 0 to 1."""

    demand: str
    kind: str
    part: Piece | None
    nearness: float
    around: float
    overall: float


def bind(reading: Reading, demands: Sequence[tuple[str, str]], rarity: Rarity) -> list[Bound]:
    """Return one binding per demand `(span, kind)`, in the order given."""
    said = [(sentence, pairs(sentence.text)) for sentence in reading.substance]
    whole = frozenset[str]().union(*(own for _, own in said))
    return [_bound(span, kind, reading.reply, said, whole=whole, rarity=rarity) for span, kind in demands]


def _bound(
    span: str,
    kind: str,
    reply: str,
    said: Sequence[tuple[Piece, frozenset[str]]],
    *,
    whole: frozenset[str],
    rarity: Rarity,
) -> Bound:
    own = pairs(span)
    if not said:
        return Bound(span, kind, None, 0.0, 0.0, 0.0)
    near = [rarity.share(own, other) for _, other in said]
    best = max(range(len(near)), key=near.__getitem__)
    last = said[min(best + 1, len(said) - 1)][0]
    part = Piece(said[best][0].start, last.end, reply[said[best][0].start : last.end])
    both = said[best][1] | (said[best + 1][1] if best + 1 < len(said) else frozenset())
    return Bound(span, kind, part, near[best], rarity.share(own, both), rarity.share(own, whole))


def features(reading: Reading, bound: Bound, rank: int, count: int) -> dict[str, float]:
    """Return what tells a full from a partial and a missing answer, by name; all between 0 and about 1."""
    part = bound.part.text if bound.part else ""
    found: dict[str, float] = {
        "first": rank == 0,
        "last": rank == count - 1,
        "rank": rank / 4,
        "count": count / 5,
        "length": min(len(bound.demand), 40) / 40,
        "near": bound.nearness,
        "near_around": bound.around,
        "near_overall": bound.overall,
        "near_far": bound.nearness < 0.15,
    }
    found |= {f"kind.{kind}": bound.kind == kind for kind in ("ask", "help", "complaint", "suggest")}
    found |= dict(_typed(reading.said, part, bound.demand))
    for name, pattern in SERIOUS.items():
        asked = bool(pattern.search(bound.demand))
        found[f"grave.{name}"] = asked
        found[f"grave_met.{name}"] = asked and bool(pattern.search(reading.said))
        found[f"grave_skipped.{name}"] = asked and not pattern.search(reading.said)
    found |= {f"part.{name}": bool(pattern.search(part)) for name, pattern in CUES.items()}
    found |= {f"part_slot.{name}": min(3, len(pattern.findall(part))) / 3 for name, pattern in SLOTS.items()}
    return {name: float(value) for name, value in found.items()}


def _typed(said: str, part: str, demand: str) -> Iterable[tuple[str, float]]:
    for name, pattern in ASKS.items():
        asked = bool(pattern.search(demand))
        yield f"asks.{name}", asked
        yield f"typed.{name}", asked and bool(TYPED[name].search(part))
        yield f"untyped.{name}", asked and not TYPED[name].search(said)
