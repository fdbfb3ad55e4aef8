"""草率否认: facts are denied without who checked, when and how; or the reply contradicts another."""

import re
from typing import Final

from huixiang.nlp.reefs.kinds import Reads, Reef, RootCause, Scene, Severity, quoted
from huixiang.nlp.replies.contradictions import contradictions
from huixiang.nlp.replies.cues import CUES
from huixiang.nlp.replies.reading import Reading

LEXICON: Final = re.compile(
    CUES["denial"].pattern
    + r"|以讹传讹|夸大|实事求是|不能作为依据|与[^，。；]{1,12}无关|自然死亡|系谣言|质量合格|已通过验收|"
    r"均有[^，。；]{0,12}值班|没有姓|无渗漏|完好|"
    r"系[^，。；]{0,8}(?:误会|自行|执行公务)|完全自愿|未开设|未收取|符合(?:国家|相关|"
    r"有关)?[^，。；]{0,8}(?:标准|要求|规定)"
)
_OPEN_DENIAL: Final = re.compile(
    r"不属实|与(?:事实|实际)[^，。；]{0,4}不符|不存在[^，。；]|子虚乌有|谣言|误会|以讹传讹|不要夸大|"
    r"与[^，。；]{1,12}无关|自然死亡|不存在偷工减料|没有姓|纯属|未发现"
)
_CHECKED_HOW: Final = re.compile(
    r"监控|检测|鉴定|取样|采样|抽样|测量|实测|笔录|台账|调取|调看|调阅|调出|核对|第三方|督导|联合(?:认定|"
    r"核查|检查)|检定|取芯|视频|记录仪|走访了?\d|询问了?\d|逐[户个条]|票据|发票"
)
_OWNED_UP: Final = re.compile(r"属实(?!的?(?:不|没))(?<!不属实)|更正|道歉|致歉|只说对了一半|确实|结论下错")


def suspicion(reading: Reading) -> float:
    """Return 1 for an open denial without date and method; less where one of the two is told."""
    denied = LEXICON.search(reading.content)
    if not denied or _OWNED_UP.search(reading.content):
        return 0.0
    how = bool(_CHECKED_HOW.search(reading.said))
    when = bool(re.search(r"\d+月\d+日|\d+[时点:：]\d*", reading.said))
    base = 1.0 if _OPEN_DENIAL.search(reading.content) else 0.6
    return base * (1.0 - 0.4 * when - 0.5 * how)


def _proof(scene: Scene) -> Severity | None:
    reading = scene.reading
    against = [o for o in scene.others if o.same_matter]
    if any(contradictions(reading.reply, other.text) for other in against):
        return Severity.SEND_BACK
    if suspicion(reading) >= 1.0 and len(reading.said) < 80 and not reading.has("named_rule"):
        return Severity.SEND_BACK
    return None


def _why(scene: Scene, span: str) -> str:
    if not span:
        return "答复前后说法不一，或者否认了留言反映的事实，却没有写明核查经过。"
    missing = [
        word
        for word, there in (
            ("谁去核查", scene.reading.has("on_site")),
            ("什么时候核查", bool(re.search(r"\d+月\d+日", scene.reading.said))),
            ("看到、测到了什么", bool(_CHECKED_HOW.search(scene.reading.said))),
        )
        if not there
    ]
    told = "、".join(missing) or "由没有利害关系的一方核查的依据"
    return f"用{quoted(span)}否认留言反映的事实，没有写明{told}。"


REEF: Final = Reef(
    code="rash_denial",
    name="草率否认",
    reads=frozenset({Reads.TEXT, Reads.MESSAGE, Reads.OTHERS, Reads.HISTORY}),
    lexicon=LEXICON,
    cure="先自查，再请没有利害关系的一方核验，最后联合给出结论；写明核查人、时间、方法和看到的情况，多家单位统一口径。",
    root_cause=RootCause.MECHANISM,
    absence="否认事实却没有核查经过",
    suspicion=suspicion,
    proof=_proof,
    why=_why,
)
