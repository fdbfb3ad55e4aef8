"""自说自话: the reply answers something else than what was asked."""

import re
from typing import Final

from huixiang.nlp.reefs.kinds import Reads, Reef, RootCause, Scene, Severity, quoted
from huixiang.nlp.replies.likeness import near_copies
from huixiang.nlp.replies.rarity import pairs
from huixiang.nlp.replies.reading import Reading

LEXICON: Final = re.compile(
    r"法律(?:途径|渠道|手段|武器)|司法(?:途径|程序|渠道)|仲裁|诉讼|全力(?:以赴)?推进|始终坚持|应保尽保|蓬勃发展|高质量发展|系统工程|利国利民|着力打造|积极参保|持续加强|严查|近年来|一直以来|"
    r"立足|高标准|高质量|取得[^，。；]{0,8}(?:成效|成绩)|重点(?:民生)?工程|严格落实|按时足额|请您配合|支持理解|招商引资|人次|名片|荣获|走在|不断(?:提升|完善)"
)
_ONLY_LAW: Final = re.compile(r"法律(?:途径|渠道|手段)|司法(?:途径|程序)|仲裁|诉讼")


def suspicion(reading: Reading) -> float:
    """Return 1 where the reply shares next to nothing with the message, or only points to the courts."""
    if len(reading.said) < 10:
        return 0.0
    asked, said = pairs(reading.message), pairs(reading.said)
    common = len(asked & said) / max(1, min(len(asked), len(said)))
    strange = 0.5 if common < 0.04 else 0.2 if common < 0.08 else 0.0
    if LEXICON.search(reading.content) and not reading.has("ordered") and not reading.has("done"):
        return min(1.0, strange + 0.5)
    return strange


def _proof(scene: Scene) -> Severity | None:
    reading = scene.reading
    elsewhere = [(other.id, other.text) for other in scene.others if not other.same_matter]
    if near_copies(reading.reply, elsewhere) and suspicion(reading) >= 0.2:
        return Severity.SEND_BACK
    return Severity.SEND_BACK if suspicion(reading) >= 1.0 and reading.concrete <= 2 else None


def _why(scene: Scene, span: str) -> str:
    asked = f"留言要的是{quoted(scene.bounds[0].demand)}，" if scene.bounds else ""
    if _ONLY_LAW.search(span):
        return f"{asked}答复只建议走法律途径，没有说本单位能做什么。"
    return f"{asked}答复说的{quoted(span)}是另一回事。" if span else f"{asked}答复讲的是另一回事。"


REEF: Final = Reef(
    code="off_question",
    name="自说自话",
    reads=frozenset({Reads.MESSAGE, Reads.OTHERS}),
    lexicon=LEXICON,
    cure="先列出留言人要什么，再逐项作答；建议走法律途径时，同时写明理由、本单位会做什么和法律援助联系方式。",
    root_cause=RootCause.DUTY,
    absence="答复的内容与诉求对不上",
    suspicion=suspicion,
    proof=_proof,
    why=_why,
)
