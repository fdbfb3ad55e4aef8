"""仓促承诺: absolute claims, an apology or a compensation, with nothing to check them by."""

import re
from typing import Final

from huixiang.nlp.reefs.kinds import Reads, Reef, RootCause, Scene, Severity, quoted
from huixiang.nlp.replies.claims import rebuttals
from huixiang.nlp.replies.reading import Reading

LEXICON: Final = re.compile(
    r"彻底|绝(?:不|无|对)|全部(?:整改|赔偿|下架|完成|到位|解决|付清)|全面(?:整改|解决|排查)|全额|保证|"
    r"一定(?:会|交付|圆满)|100[%％]|百分之百|清零|无条件|圆满|妥善(?:解决|处理)|"
    r"整改到位|(?:问题|情况)[^，。；]{0,6}(?:已|基本)[^，。；]{0,4}(?:解决|处理)|立即(?:整改|责令|解决|"
    r"开展)|焕然一新|请[^，。；]{0,8}放心|确保|杜绝|第一时间|严肃处理|已开除|一举|不再扰民|"
    r"达成[^，。；]{0,4}协议|严惩不贷|已拆除[^，。；]{0,8}\d+"
)
_STRONG: Final = re.compile(
    r"绝(?:不|无|对)|彻底|清零|100[%％]|全额赔偿|全部(?:整改到位|赔偿|下架)|全面整改到位|一定(?:会|交付)|"
    r"焕然一新|已开除|妥善解决|绝无死角|一举|严惩不贷|请[^，。；]{0,8}放心"
)
_BACKED: Final = re.compile(
    r"附后|见附件|照片|编号|验收|复查|复检|报告|清点|台账|清单|回执|签字|公示|\d+月\d+日[^。]{0,30}(?:前|"
    r"完成|到位|复)|分三步|不先给结论|不敢|做不到|更新一次|每[天周月]"
)


def suspicion(reading: Reading) -> float:
    """Return 1 for an absolute claim with nothing to check it by; less where dates or an inventory stand beside it."""
    if not LEXICON.search(reading.content) or _BACKED.search(reading.said):
        return 0.0
    base = 1.0 if _STRONG.search(reading.content) else 0.5
    return base * (0.5 if reading.dates_said >= 2 else 1.0)


def _proof(scene: Scene) -> Severity | None:
    words = [past.text for past in scene.history if past.by_citizen]
    if words and rebuttals(scene.reading.reply, words):
        return Severity.SEND_BACK
    if suspicion(scene.reading) >= 1.0 and scene.reading.concrete <= 2:
        return Severity.WARN
    return None


def _why(_: Scene, span: str) -> str:
    if span:
        return f"{quoted(span)}说得很满，却没有清单、验收、日期或照片可以核对。"
    return "宣布的结果没有清单、验收、日期或照片可以核对。"


REEF: Final = Reef(
    code="hasty_promise",
    name="仓促承诺",
    reads=frozenset({Reads.TEXT, Reads.HISTORY, Reads.OTHERS, Reads.TIME}),
    lexicon=LEXICON,
    cure="态度可以快，结论要等查实：先说已采取的措施和下次告知时间；说完成，就附数量、地点、日期和验收人。",
    root_cause=RootCause.MECHANISM,
    absence="宣布的结果没有可核对的依据",
    suspicion=suspicion,
    proof=_proof,
    why=_why,
    needs_words=True,
)
