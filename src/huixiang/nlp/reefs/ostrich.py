"""鸵鸟回避: the reply avoids the matter or sits on it, or passes over a grave demand in silence."""

import re
from typing import Final

from huixiang.nlp.reefs.kinds import Reads, Reef, RootCause, Scene, Severity, quoted
from huixiang.nlp.replies.reading import Reading

LEXICON: Final = re.compile(
    r"立案|移送|适时(?:公布|公开|发布)|不便(?:于|在)|敏感|不作评论|不宜(?:对外)?(?:披露|公开|答复)|不予公开|内部管理|以[^，。；]{0,12}(?:通报|发布|公告)为准|"
    r"不(?:造谣|信谣|传谣)|不再(?:回复|进入|受理|答复)|不要[^，。；]{0,10}(?:发布|发帖|反复)|未列入[^，。；]{0,8}(?:范围|计划)|统一部署|"
    r"(?:正在|仍在|还在)[^，。；]{0,10}(?:调查|核实|处理|程序)|调查(?:处理)?(?:之)?中|纳入监管视野|电话[^，。；]{0,4}(?:沟通|联系|解释)|进一步(?:跟踪)?调查|无法(?:查实|核实|调查)"
)
_TOLD_WHEN: Final = re.compile(
    r"\d+月\d+日|\d+个?工作日|\d+日(?:前|内)|(?:今|明|后)[天日晚早]|本[周月]|\d+小时内|届时|下周"
)
_HUSHED: Final = re.compile(
    r"敏感|不作评论|不便(?:于|在)|不宜(?:对外)?(?:披露|公开)|不予公开|此帖不再|不再(?:回复|答复)|不要[^，。；]{0,10}(?:反复|发帖)|适时公[布开]|以[^，。；]{0,12}(?:通报|发布)为准|"
    r"未列入[^，。；]{0,8}范围|统一部署|监管视野"
)


def suspicion(reading: Reading) -> float:
    """Return 1 for hushing or waiting words without a date, a figure or an act; less where some of these stand."""
    if not LEXICON.search(reading.reply):
        return 0.0
    if _TOLD_WHEN.search(reading.said) or reading.concrete >= 3:
        return 0.2 if _HUSHED.search(reading.reply) and reading.concrete < 3 else 0.0
    return 1.0 if _HUSHED.search(reading.reply) else 0.6


def _proof(scene: Scene) -> Severity | None:
    reading = scene.reading
    if suspicion(reading) >= 1.0 and not reading.has("ordered"):
        return Severity.SEND_BACK
    silent = [past for past in scene.history if past.by_citizen]
    if len(silent) >= 2 and suspicion(reading) >= 0.6 and reading.concrete < 2:
        return Severity.SEND_BACK
    return None


def _why(scene: Scene, span: str) -> str:
    skipped = scene.skipped()
    if skipped and not _HUSHED.search(span):
        return f"留言提出{quoted(skipped[0].demand)}，答复没有涉及。"
    if span:
        return f"只写{quoted(span)}，没有说结果，也没有说下一次什么时候告知。"
    return "留言中最要紧的诉求没有得到回应。"


REEF: Final = Reef(
    code="ostrich",
    name="鸵鸟回避",
    reads=frozenset({Reads.TEXT, Reads.MESSAGE, Reads.HISTORY, Reads.TIME}),
    lexicon=LEXICON,
    cure="逐条对照诉求作答；暂时不能公开的，写明依法不公开的理由，并写明下一次告知的日期。",
    root_cause=RootCause.DUTY,
    absence="没有回应留言中的主要诉求",
    suspicion=suspicion,
    proof=_proof,
    why=_why,
)
