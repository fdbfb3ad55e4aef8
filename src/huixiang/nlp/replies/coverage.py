"""Which words of the message come back in what the reply says, and with what kind of word beside them.

An echo alone answers nothing: a word counts as met where the clauses around it bring something the message did not say.
"""

import re
from collections.abc import Iterator, Sequence
from math import log1p
from typing import Final

from huixiang.nlp.replies.binding import ASKS, TYPED, Bound
from huixiang.nlp.replies.pieces import sentences
from huixiang.nlp.replies.rarity import Rarity, pairs
from huixiang.nlp.replies.reading import Reading

_GRAVE: Final = re.compile(
    r"消防(?:通道)?|坠落|污染|殴打|打人|强拆|贿赂|受贿|行贿|挪用|贪污|侵吞|截留|乱收费|伪造|造假|敲诈|勒索|强征|强占|儿童|小孩|孩子|老人|学生|塌|倒塌|危房|爆炸|火灾|触电|死亡|伤亡|受伤|中毒|癌|"
    r"废水|废气|噪音|噪声|粉尘|扬尘|恶臭|偷排|辐射|诈骗|传销|赌博|吸毒|黑社会|恶霸|保护伞|威胁|恐吓|拖欠|欠薪|工资|克扣|虚报|套取|骗取|违建|违规|违法|无证|质量|漏水|渗水|裂缝|断水|停水|停电|饮用水|食品"
)
_ASKING: Final = re.compile(
    r"请问|是否|能否|可否|多少|何时|什么时候|为什么|为何|怎么|如何|吗|哪|希望|请求|恳请|要求|建议|强烈|望|请|呼吁|督促|解决|查处|退还|处理"
)
_WORD: Final = re.compile(r"[\u4e00-\u9fffA-Za-z0-9]+")


def coverage(reading: Reading, bounds: Sequence[Bound], rarity: Rarity) -> dict[str, float]:
    """Return the named numbers about how the message comes back in the reply."""
    return dict((*_grave(reading), *_asking(reading, rarity), *_new(reading), *_main(reading, bounds, rarity)))


def _grave(reading: Reading) -> Iterator[tuple[str, float]]:
    words = set(_GRAVE.findall(reading.message))
    titled = set(_GRAVE.findall(reading.title))
    missing = {word for word in words if word not in reading.said}
    yield "grave_words", log1p(len(words))
    yield "grave_words.missing", log1p(len(missing))
    yield "grave_words.share", len(missing) / len(words) if words else 0.0
    yield "grave_words.title_missing", float(bool(titled) and all(word not in reading.said for word in titled))


def _asking(reading: Reading, rarity: Rarity) -> Iterator[tuple[str, float]]:
    """Yield how the sentences that ask or request come back: the least, the last, the share that does."""
    said = pairs(reading.said)
    asked = [s.text for s in sentences(reading.message) if len(s.text) > 5 and _ASKING.search(s.text)]
    shares = [rarity.share(pairs(text), said) for text in asked] or [0.0]
    yield "asking.count", log1p(len(asked))
    yield "asking.most", max(shares)
    yield "asking.least", min(shares)
    yield "asking.last", shares[-1]
    yield "asking.met", sum(share > 0.3 for share in shares) / len(shares)


def _new(reading: Reading) -> Iterator[tuple[str, float]]:
    asked = pairs(reading.message)
    said = pairs(reading.said)
    yield "new.pairs", log1p(len(said - asked)) / 4
    yield "new.share", len(said - asked) / max(1, len(said))
    sizes = [len(pairs(piece.text) - asked) for piece in reading.substance]
    yield "new.most", log1p(max(sizes, default=0)) / 3


def _main(reading: Reading, bounds: Sequence[Bound], rarity: Rarity) -> Iterator[tuple[str, float]]:
    """Yield how the weightiest demand and the title are met in their own sentences."""
    main = bounds[0].demand if bounds else reading.title
    for name, demand in (("main", main), ("title", reading.title)):
        yield from ((f"{name}.{key}", value) for key, value in answering(reading, demand, rarity).items())


def answering(reading: Reading, demand: str, rarity: Rarity) -> dict[str, float]:
    """Return how the sentences nearest to `demand` answer it: nearness, news, and an answer of the kind asked for."""
    own, asked = pairs(demand), pairs(reading.message)
    texts = [piece.text for piece in reading.substance]
    shares = [rarity.share(own, pairs(text)) for text in texts]
    order = sorted(range(len(texts)), key=lambda i: -shares[i])[:2]
    around = sorted({j for i in order if shares[i] > 0.08 for j in (i, i + 1) if j < len(texts)})
    part = "，".join(texts[j] for j in around)
    kinds = [name for name, pattern in ASKS.items() if pattern.search(demand)]
    met = [name for name in kinds if TYPED[name].search(part)]
    rare = [word for word in _rare_pairs(own, rarity) if word in "".join(texts)]
    return {
        "near": shares[order[0]] if order else 0.0,
        "second": shares[order[1]] if len(order) > 1 else 0.0,
        "news": log1p(len(pairs(part) - asked)) / 4,
        "typed": len(met) / len(kinds) if kinds else 0.5,
        "untyped": float(bool(kinds) and not met),
        "rare_met": len(rare) / 5,
        "apart": float(not around),
    }


def _rare_pairs(own: frozenset[str], rarity: Rarity) -> list[str]:
    return sorted(own, key=lambda pair: (-rarity.of(pair), pair))[:5]
