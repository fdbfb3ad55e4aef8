"""空话套话: stock phrases stand in place of substance; nothing speaks to this writer's own trouble."""

import re
from typing import Final

from huixiang.nlp.reefs.kinds import Reads, Reef, RootCause, Scene, Severity, quoted
from huixiang.nlp.replies.reading import Reading

LEXICON: Final = re.compile(
    r"收悉|按照?(?:相关|有关)?(?:政策|规定|流程)[^，。；]{0,8}(?:办理|处理|执行|推进)|(?:正在|已安排[^，。；]{0,8})(?:积极)?(?:处理|协调|关注)(?:之)?中?|耐心等待|作为(?:工作)?参考|"
    r"请相信|一如既往|加强(?:巡查|管理|监管)|营造[^，。；]{0,10}(?:环境|氛围)|建立健全|落实落细|生命至上|高度(?:关注|重视)|格外的?重视|统筹(?:研究|考虑)|已办结|已向上级汇报|"
    r"您的建议很好|宝贵(?:意见|建议)|不符合[^，。；]{0,6}条件|不予处理|祝您|敬请谅解|全力提升|尽最大努力|不断(?:提升|完善|改进)|积极协调|工作会更加|竭诚"
)


def suspicion(reading: Reading) -> float:
    """Return 1 where only stock phrases are left once the forms are taken away; 0 where there is real content."""
    if not LEXICON.search(reading.reply) or reading.concrete >= 2:
        return 0.0
    left = LEXICON.sub("", reading.said)
    if len(left) < 12:
        return 1.0
    return 0.6 if len(left) < 40 and reading.concrete == 0 else 0.2


def _proof(scene: Scene) -> Severity | None:
    reading = scene.reading
    if suspicion(reading) >= 1.0 and not reading.has("forwarded") and not reading.has("contact_instead"):
        return Severity.SEND_BACK
    return None


def _why(_: Scene, span: str) -> str:
    return (
        f"{quoted(span)}等话放在任何答复里都可以，没有一处说到留言人自己的情况。"
        if span
        else "全文没有说到留言人自己的情况。"
    )


REEF: Final = Reef(
    code="cold_cliche",
    name="空话套话",
    reads=frozenset({Reads.TEXT, Reads.MESSAGE, Reads.HISTORY}),
    lexicon=LEXICON,
    cure="按事实、情感、行动三段写：查到了什么；留言人难在哪里；由谁在什么时候做什么。",
    root_cause=RootCause.DUTY,
    absence="没有针对留言人情况的实质内容",
    suspicion=suspicion,
    proof=_proof,
    why=_why,
)
