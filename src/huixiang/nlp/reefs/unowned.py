"""责任悬空: no unit and no person answers for the matter."""

import re
from typing import Final

from huixiang.nlp.reefs.kinds import Reads, Reef, RootCause, Scene, Severity, quoted
from huixiang.nlp.replies.likeness import near
from huixiang.nlp.replies.reading import Reading

LEXICON: Final = re.compile(
    r"(?:有关|相关|各相关|对应|职能|主管)(?:职能|主管|行业)?(?:部门|单位|科室|人员)|各(?:部门|单位)|不属于?(?:我|本)?[^，。；]{0,10}(?:职责|管辖|管理范围)|临时(?:工|聘用)|个别(?:人|工作人员)|"
    r"(?:已|被)(?:公司)?(?:辞退|调离|开除|离场)|后续跟进|(?:责任|涉事|产权)?主体[^，。；]{0,6}(?:厘清|调查中|不明)|情况复杂|形成合力|历史遗留|技术原因|持续关注|联系厂家|"
    r"请关注后续|安排人员进行处理|引以为戒|需重新了解|(?:应|建议)由[^，。；]{2,14}(?:解决|处理|负责|设置)|无需经过我|另行咨询"
)
_SHRUG: Final = re.compile(
    r"临时(?:工|聘用)|个别(?:人|工作人员)|辞退|调离|后续跟进|厘清|涉事主体|不属于我局职责|形成合力|技术原因|引以为戒|联系厂家|安排人员进行处理|请关注后续|历史遗留"
)
_OWNER: Final = re.compile(
    r"由[\u4e00-\u9fff]{2,14}(?:牵头|负责|承担|督促|落实|实施)|责任(?:人|单位)|责任在我|归我们|首(?:问|接)|对接人|联系人|承办人|主责|牵头|我局承接|停岗|约谈|记过|扣发"
)


def suspicion(reading: Reading) -> float:
    """Return 1 for shrugging words without an owner; less for a vague unit beside real content."""
    if not LEXICON.search(reading.content) or _OWNER.search(reading.content):
        return 0.0
    if reading.concrete >= 4:
        return 0.2
    return 1.0 if _SHRUG.search(reading.content) else 0.6


def _proof(scene: Scene) -> Severity | None:
    own = [past.text for past in scene.history if not past.by_citizen]
    if suspicion(scene.reading) >= 0.6 and any(near(scene.reading.reply, text) >= 0.8 for text in own):
        return Severity.SEND_BACK
    if suspicion(scene.reading) >= 1.0 and scene.reading.concrete <= 1 and scene.is_plain:
        return Severity.SEND_BACK
    return None


def _why(_: Scene, span: str) -> str:
    if span:
        return f"{quoted(span)}没有说清由哪个单位、哪个人负责，群众不知道该找谁。"
    return "通篇没有写明由哪个单位、哪个人负责，也没有下一步的责任人。"


REEF: Final = Reef(
    code="unowned",
    name="责任悬空",
    reads=frozenset({Reads.TEXT, Reads.HISTORY, Reads.OTHERS}),
    lexicon=LEXICON,
    cure="写明主办单位、责任人和完成时限；职责有争议的，先由首问单位负责到底，再按原因、责任人、措施、教训四项闭环。",
    root_cause=RootCause.MECHANISM,
    absence="没有写明责任单位和责任人",
    suspicion=suspicion,
    proof=_proof,
    why=_why,
)
