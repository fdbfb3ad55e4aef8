"""打太极: the key question is there and is walked around."""

import re
from typing import Final

from huixiang.nlp.reefs.kinds import Reads, Reef, RootCause, Scene, Severity, quoted
from huixiang.nlp.replies.binding import ASKS, TYPED
from huixiang.nlp.replies.reading import Reading

LEXICON: Final = re.compile(
    r"研究(?:确定|论证|解决|考虑|斟酌)?|统筹|综合考虑|论证|逐步|适时|按(?:照)?(?:相关|有关)?(?:政策|规定|程序|预算)[^，。；]{0,6}(?:执行|办理|落实|处理|实施)|因地制宜|条件(?:成熟|具备)|视情况|"
    r"(?:根据|结合)[^，。；]{0,8}(?:实际|情况|财力)|循序渐进|(?:充分|予以|一并)考虑|(?:加大|进一步)[^，。；]{0,12}(?:力度|优化|完善|整治)|尽快|早日|力争|争取|稳步推进|有序推进|动态调整|一视同仁|"
    r"较为复杂|涉及面广|系统工程|严格(?:履行|按)|以[^，。；]{0,10}为准|待[^，。；]{2,20}后|暂(?:无法|不能)|纳入[^，。；]{0,8}(?:规划|计划)"
)
_STRAIGHT: Final = re.compile(
    r"暂(?:无|未|不)[^，。；]{0,12}(?:计划|规划|考虑|列入|条件)|不予|不能|不可|没有(?:取消|挪用|定|批)|可以|已(?:批|定|纳入\d)|原因[是为]|因为|由于|属实|\d+(?:元|万|%|％|年|月|日|米|户|人)"
)


def suspicion(reading: Reading) -> float:
    """Return 1 for walking words around a typed question that gets no figure, date, rule, reason or yes/no."""
    if not LEXICON.search(reading.content):
        return 0.0
    asked = [name for name, pattern in ASKS.items() if pattern.search(reading.message)]
    straight = _STRAIGHT.search(reading.said) or reading.concrete >= 3
    met = [name for name in asked if TYPED[name].search(reading.said)]
    if straight and (met or reading.concrete >= 3):
        return 0.0
    if straight or reading.concrete >= 2:
        return 0.3
    return 1.0 if asked else 0.7


def _proof(scene: Scene) -> Severity | None:
    reading = scene.reading
    bare = suspicion(reading) >= 1.0 and reading.concrete == 0 and len(LEXICON.findall(reading.content)) >= 2
    return Severity.SEND_BACK if bare and scene.is_plain and not reading.has("forwarded") else None


def _why(scene: Scene, span: str) -> str:
    open_ones = scene.skipped() + scene.half_answered()
    asked = f"留言问的是{quoted(open_ones[0].demand)}，" if open_ones else ""
    return f"{asked}{quoted(span) if span else '答复'}没有给出数字、日期、依据或者明确的“是”与“否”。"


REEF: Final = Reef(
    code="evasion",
    name="打太极",
    reads=frozenset({Reads.TEXT, Reads.MESSAGE}),
    lexicon=LEXICON,
    cure="把全貌、责任、进展、预防四项讲清楚；问数字给数字，问时间给日期，问依据给文号，暂时不办就直说原因。",
    root_cause=RootCause.DUTY,
    absence="绕开了留言的关键问题",
    suspicion=suspicion,
    proof=_proof,
    why=_why,
)
