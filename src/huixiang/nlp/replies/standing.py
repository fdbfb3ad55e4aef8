"""How well the statements of a reply stand: each denial, hedge, plan and finding against what is said beside it.

A denial beside who went, when and what was measured is a check; the same words alone are not. Likewise a hedge beside
a figure, a rule or a reason.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from math import log1p
from typing import Final

from huixiang.nlp.replies.reading import Reading

_DENIAL: Final = re.compile(
    r"不属实|不存在|未发现|没有发现|从未|从没|绝对没有|绝无|并未|并没有|没有(?:乱|违|强|收|克扣|截留|任何|出现|发生)|不是事实|与(?:事实|实际)[^，。；]{0,6}不符|"
    r"失实|合理合法|合法合规|合法有效|符合(?:国家|相关|有关)?[^，。；]{0,8}(?:标准|要求|规定|政策|程序)|达标|合格|误解|误会|谣言|不构成|未见"
)
_ACCUSED: Final = re.compile(
    r"我(?:校|公司|院|司|园|行|厂)|(?:校方|开发商|物业|公司|学校|医院|村委会?|该[^，。；]{1,4})(?:表示|称|答复|回应|反馈|回复|认为)"
)
_WHO: Final = re.compile(
    r"工作人员|执法(?:人员|队)|[^，。；]{1,8}(?:局|所|大队|中队|街道|镇|社区|组|院|中心|站)[^，。；]{0,10}(?:到|赴|前往|现场|对|进行|经|联合|组织|调查|核实|检查)|经(?:我|查|核实|调查|现场)"
)
_DAY: Final = re.compile(
    r"\d+月\d+日|\d{4}年\d+月|\d+月\d+号|\d+月(?:初|底|份|中旬|上旬|下旬)|[昨今前]日|[昨今前]天|\d+日[上下]午"
)
_SEEN: Final = re.compile(
    r"检测|监测|测量|实测|鉴定|抽样|采样|取样|台账|笔录|监控|视频|记录|查阅|调阅|询问|走访|核对|账|发票|票据|凭证|报告|许可证|审批|批复|公示|签字|合同|协议|\d+(?:\.\d+)?(?:元|米|分贝|%|％|mg|毫克|人|户|平方|亩|吨|次|家|名)"
)
_HEDGE: Final = re.compile(
    r"研究|论证|统筹|考虑|逐步|适时|按(?:照)?(?:相关|有关|政策|规定|程序)|尽快|尽早|早日|争取|力争|积极|进一步|加大|加强|不断|视情况|条件(?:成熟|允许|具备)|时机|稳步|有序|因地制宜|优化|完善"
)
_HARD: Final = re.compile(
    r"\d+(?:\.\d+)?\s*(?:余|多)?(?:万|亿|千)?(?:元|米|公里|平方|亩|户|人|名|台|辆|处|个|次|条|栋|套|吨|%|％|盏|家|起|天|小时|块|所|座|路)|\d+月|20\d\d年|《[^》]{3,60}》|〔\d{4}〕|\d+号"
)
_REASON: Final = re.compile(r"由于|因为|因[^，。；]{2,}|原因|导致|鉴于|为了|所以|故")
_PLAIN: Final = re.compile(
    r"暂不|暂未|暂无|不能|不予|不可|无法|没有[^，。；]{0,8}(?:计划|规划)|尚未|不符合|不具备|不在|不属于|无[^，。；]{0,6}计划|可以|能够|属实"
)
_PENDING: Final = re.compile(
    r"已?立案|正在(?:侦办|侦查|调查|核实|处理|协商|协调|办理|研究|跟进)|已联系|已与[^，。；]{2,12}(?:联系|沟通)|协商(?:之)?中|处理中|调查中"
)
_RESULT: Final = re.compile(
    r"已(?:经)?(?:完成|解决|退|修|拆|恢复|发放|支付|清理|处罚|整改|到位|更换|安装|关停|拘|查封|达成)|结果(?:是|为|如下)|属实|不属实"
)
_ORDER: Final = re.compile(r"通知书|约谈|责令|限期|下达|下发|罚款|处罚|查封|停工|停业|立案")
_FIGURES: Final = re.compile(
    r"\d+(?:\.\d+)?\s*(?:余|多)?(?:万|亿|千|百)?(?:元|米|分贝|%|％|人|户|平|亩|吨|次|块|年|天|度|倍)"
)


_NUMBER: Final = re.compile(r"\d+(?:\.\d+)?")
_PATTERNS: Final = {
    "denial": _DENIAL, "accused": _ACCUSED, "who": _WHO, "day": _DAY, "seen": _SEEN, "hedge": _HEDGE, "hard": _HARD,
    "reason": _REASON, "plain": _PLAIN, "pending": _PENDING, "result": _RESULT, "order": _ORDER, "figure": _FIGURES,
}  # fmt: skip
Marks = Mapping[str, Sequence[bool]]


def standing(reading: Reading) -> dict[str, float]:
    """Return the named numbers about denials, hedges, pending matters and orders."""
    texts = [piece.text for piece in reading.substance]
    marks = {name: [bool(pattern.search(text)) for text in texts] for name, pattern in _PATTERNS.items()}
    sizes = [len(text) for text in texts]
    return dict(
        (
            *_denials(reading, marks, sizes),
            *_hedges(marks, sizes),
            *_pending(marks, sizes),
            *_facts(reading, marks, sizes),
        )
    )


def _beside(marks: Sequence[bool], place: int, reach: int) -> bool:
    return any(marks[max(0, place - reach) : place + reach + 1])


def _share(places: Sequence[int], sizes: Sequence[int]) -> float:
    return sum(sizes[i] for i in places) / max(1, sum(sizes))


def _places(marks: Sequence[bool]) -> list[int]:
    return [place for place, marked in enumerate(marks) if marked]


def _denials(reading: Reading, marks: Marks, sizes: Sequence[int]) -> Iterator[tuple[str, float]]:
    places = _places(marks["denial"])
    proofs = [sum(_beside(marks[name], i, 2) for name in ("who", "day", "seen")) for i in places]
    for level in range(4):
        yield f"denied.with_{level}", log1p(sum(proof == level for proof in proofs))
    yield "denied.least", min(proofs, default=4) / 4
    yield "denied.share", _share(places, sizes)
    yield "denied.by_accused", float(any(_beside(marks["accused"], i, 2) for i in places))
    figured = any(_beside(marks["figure"], i, 2) for i in places)
    yield "denied.without_figure", float(bool(places) and not figured and bool(_FIGURES.search(reading.message)))
    yield "denied.first", float(bool(places) and places[0] <= 1)


def _hedges(marks: Marks, sizes: Sequence[int]) -> Iterator[tuple[str, float]]:
    places = _places(marks["hedge"])
    bare = [i for i in places if not marks["hard"][i]]
    lone = [i for i in bare if not any(_beside(marks[name], i, 1) for name in ("hard", "reason", "plain"))]
    yield "hedged.share", _share(places, sizes)
    yield "hedged.bare", _share(bare, sizes)
    yield "hedged.lone", _share(lone, sizes)
    yield "hedged.all", float(bool(sizes) and len(bare) == len(sizes))
    yield "hedged.last", float(bool(sizes) and len(sizes) - 1 in bare)
    yield "hedged.reasoned", float(any(_beside(marks["reason"], i, 1) for i in places))
    yield "hedged.refused", float(any(_beside(marks["plain"], i, 1) for i in places))
    yield "hedged.hard_elsewhere", float(bool(bare) and any(marks["hard"]))


def _pending(marks: Marks, sizes: Sequence[int]) -> Iterator[tuple[str, float]]:
    places = _places(marks["pending"])
    yield "pending.there", log1p(len(places))
    yield "pending.share", _share(places, sizes)
    yield (
        "pending.bare",
        float(any(not (_beside(marks["day"], i, 1) or _beside(marks["result"], i, 1)) for i in places)),
    )
    yield "pending.last", float(bool(places) and places[-1] == len(sizes) - 1)
    yield "results", log1p(sum(marks["result"]))
    yield "ordered.dated", log1p(sum(_beside(marks["day"], i, 1) for i in _places(marks["order"])))
    yield "ordered.there", log1p(sum(marks["order"]))


def _facts(reading: Reading, marks: Marks, sizes: Sequence[int]) -> Iterator[tuple[str, float]]:
    hard = _places(marks["hard"])
    yield "hard.share", _share(hard, sizes)
    yield "hard.count", log1p(len(hard))
    mine = set(_NUMBER.findall(reading.message))
    new = {number for piece in reading.substance for number in _NUMBER.findall(piece.text)} - mine
    yield "hard.new_numbers", log1p(len(new))
    yield "reasoned", log1p(sum(marks["reason"]))
    yield "plain_spoken", log1p(sum(marks["plain"]))
