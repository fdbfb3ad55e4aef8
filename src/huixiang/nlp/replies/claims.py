"""What a reply claims to be done or to be so many, the evidence beside each claim, and citizens' words against it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from huixiang.nlp.replies.pieces import Piece, clauses, sentences
from huixiang.nlp.replies.rarity import pairs


class ClaimKind(StrEnum):
    """What is claimed: a number of things, completeness, that something is finished, or that all is well."""

    COUNT = "count"
    COMPLETE = "complete"
    DONE = "done"
    FINE = "fine"


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim in its own words, with the numbers it names and what stands beside it as evidence."""

    kind: ClaimKind
    place: Piece
    numbers: tuple[str, ...]
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rebuttal:
    """A citizen's later words that speak against a claim."""

    claim: Claim
    words: str


_COUNT: Final = re.compile(
    r"(?:拆除|清理|整改|处罚|查处|查获|发放|修复|安装|更换|清洗|劝离|取缔|关停|新增|完成|排查|处理|拨付|退还|补发|检查|出动)[^，。；]{0,16}?\d+(?:\.\d+)?\s*(?:余|多)?(?:万|亿|千|百)?[\u4e00-\u9fff]"
)
_COMPLETE: Final = re.compile(r"全部|全面|彻底|所有|无一|100[%％]|百分之百|一律|均已|都已|清零|到位")
_DONE: Final = re.compile(
    r"已(?:经|于|全部|全面|彻底|妥善|基本|对)?[^，。；]{0,12}(?:完成|解决|整改|拆除|清理|修复|恢复|办结|到位|处置|更换|安装|关停|取缔|退还|发放|支付)"
)
_FINE: Final = re.compile(r"(?:合格|正常|良好|属实|达标|稳定)$|不存在|未发现|没有发现")
_EVIDENCE: Final = re.compile(
    r"\d+月\d+日|照片|附后|见附件|编号|清单|台账|报告|验收|检测|记录|回执|凭证|复查|复检|公示|《[^》]+》|现场(?:检查|核查|测量)"
)
_NUMBER: Final = re.compile(
    r"(\d+(?:\.\d+)?)\s*(?:余|多)?((?:万|亿|千|百)?(?:元|处|个|户|人|台|辆|米|亩|吨|次|家|栋|条|盏|起|份|套|天|名))"
)
_AGAINST: Final = re.compile(
    r"没有?[^，。；]{0,6}(?:拆|修|来|退|发|整改|解决|处理|清)|还(?:在|是|没)|仍(?:然|旧|在)|根本|一(?:处|个|分|户)(?:都|也)?(?:没|未)|假的|虚假|不属实|照片|至今|依旧|照样|并未|骗"
)


def claims(reply: str) -> list[Claim]:
    """Return the claims of `reply` in order."""
    found = []
    for sentence in sentences(reply):
        evidence = tuple(dict.fromkeys(m.group() for m in _EVIDENCE.finditer(sentence.text)))
        for clause in clauses(reply, sentence):
            kind = _kind(clause.text)
            if kind:
                numbers = tuple(m.group() for m in _NUMBER.finditer(clause.text))
                found.append(Claim(kind, clause, numbers, evidence))
    return found


def unbacked(reply: str) -> list[Claim]:
    """Return the claims of completeness or completion that nothing beside them backs."""
    wanted = {ClaimKind.COMPLETE, ClaimKind.DONE, ClaimKind.COUNT}
    return [claim for claim in claims(reply) if claim.kind in wanted and not claim.evidence]


def rebuttals(reply: str, citizen_words: Sequence[str]) -> list[Rebuttal]:
    """Return where later words of citizens speak against a claim of `reply`: about the same thing, and denying it."""
    found = []
    for claim in claims(reply):
        own = pairs(claim.place.text)
        for words in citizen_words:
            hit = next(
                (s for s in sentences(words) if _AGAINST.search(s.text) and len(own & pairs(s.text)) >= 2),
                None,
            ) or next(
                (s for s in sentences(words) if _AGAINST.search(s.text) and _same_act(claim.place.text, s.text)), None
            )
            if hit:
                found.append(Rebuttal(claim, hit.text))
    return found


def numbers_of(text: str) -> dict[str, set[str]]:
    """Return the numbers in `text` by their unit (处 -> {"55"})."""
    found: dict[str, set[str]] = {}
    for match in _NUMBER.finditer(text):
        found.setdefault(match.group(2), set()).add(match.group(1))
    return found


def _kind(text: str) -> ClaimKind | None:
    if _COUNT.search(text):
        return ClaimKind.COUNT
    if _COMPLETE.search(text) and re.search(r"完成|整改|解决|拆|清|修|到位|合格|赔偿|下架|处置|排查|付清", text):
        return ClaimKind.COMPLETE
    if _DONE.search(text):
        return ClaimKind.DONE
    return ClaimKind.FINE if _FINE.search(text) else None


def _same_act(claim: str, words: str) -> bool:
    return any(act in claim and act in words for act in "拆修清退发赔装换")
