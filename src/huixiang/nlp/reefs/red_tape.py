"""文牍迟缓: only paper moved, or the reply came late with nothing done to show for it."""

import re
from typing import Final

from huixiang.nlp.reefs.kinds import Reads, Reef, RootCause, Scene, Severity, quoted
from huixiang.nlp.replies.cues import CUES
from huixiang.nlp.replies.evidence import LATE_DAYS
from huixiang.nlp.replies.reading import POINTING, ROUTING, SUBSTANCE, Reading

LEXICON: Final = re.compile(
    CUES["forwarded"].pattern
    + "|"
    + CUES["contact_instead"].pattern
    + r"|行文请示|待[^，。；]{0,14}(?:批复|批准|批示|审批|审定|同意|招标|升级完成|资金|部署|统一安排)|逐级|"
    r"上报|呈批|呈报|会签|联席会议|专题会议|审批|流转|补充[^，。；]{0,4}(?:份|材料|说明)|重新提交|"
    r"须经|报[^，。；]{0,8}备案|准备以下|向[^，。；]{2,24}咨询|无审批权限|已(?:列入|纳入)计划|留言已?收悉"
)
_PAPER: Final = re.compile(
    r"行文请示|待[^，。；]{0,14}(?:批复|批示|审定|招标|升级完成|资金下达|统一安排)|逐级|呈批|"
    r"呈[^，。；]{0,6}(?:审定|阅示)|会签|联席会议|审核流转|程序流转|须经|补充三份|重新提交|"
    r"报[^，。；]{0,8}备案|无审批权限"
)
_ACTED: Final = re.compile(
    r"已(?:完成|修复|拆除|清理|办结|补发|抢通|启用|安装|恢复|更换|贴|到|在路上|派人|责令|整改)|先行|"
    r"先(?:锯|贴|发放)|当天|当晚|临时|值守|现场(?:检查|核实|清理|处置|会诊)|立即组织|责令|停工"
)

_HERE: Final = re.compile(r"属实|采纳|可以|不能|\d+月\d+日(?!.{0,3}$)|如下[：:]\s*\S{12,}")


def suspicion(reading: Reading) -> float:
    """Return 1 where only paper moved; less for pointing beside some content, or for a late and thin reply."""
    moved = ROUTING in reading.roles or POINTING in reading.roles
    if SUBSTANCE not in reading.roles:
        return 1.0 if moved else 0.4
    if _ACTED.search(reading.said):
        return 0.0
    if _PAPER.search(reading.content):
        return 1.0
    if moved and len(reading.said) < 40:
        return 0.8
    late = reading.delay is not None and reading.delay > LATE_DAYS
    return 0.5 if late and not reading.has("done") else 0.0


def _proof(scene: Scene) -> Severity | None:
    reading = scene.reading
    if SUBSTANCE not in reading.roles and ROUTING in reading.roles and not _HERE.search(reading.reply):
        return Severity.SEND_BACK
    only_paper = bool(_PAPER.search(reading.content)) and suspicion(reading) >= 1.0
    return (
        Severity.SEND_BACK
        if only_paper and scene.is_plain and reading.concrete <= 1 and not reading.has("checked")
        else None
    )


def _why(scene: Scene, span: str) -> str:
    delay = scene.reading.delay
    late = f"距留言已{delay}天，" if delay is not None and delay > LATE_DAYS else ""
    if span:
        return f"{late}{quoted(span)}只是公文和部门之间的流转，问题本身还没有人动手。"
    return f"{late}没有看到已经做了什么。"


REEF: Final = Reef(
    code="red_tape",
    name="文牍迟缓",
    reads=frozenset({Reads.TEXT, Reads.HISTORY, Reads.TIME}),
    lexicon=LEXICON,
    cure="分简易、紧急、限时三类办理：能先做的先做、手续后补；转出的写明转给谁、何时答复，并附上目前能说的内容。",
    root_cause=RootCause.MECHANISM,
    absence="办理时间过长而没有实际进展",
    suspicion=suspicion,
    proof=_proof,
    why=_why,
)
