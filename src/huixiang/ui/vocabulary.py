"""The look of every state, light, outcome and reply kind: words, icon and tone; colour never speaks alone."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mark:
    """What a code looks like: the words people read, the icon beside them and the tone of the badge."""

    label: str
    icon: str
    tone: str


STATES: dict[str, Mark] = {
    "draft": Mark("草稿", "pencil", "grey"),
    "submitted": Mark("已提交", "send", "blue"),
    "moderating": Mark("审核中", "shield-check", "blue"),
    "need_supplement": Mark("待您补充", "chat-square-dots", "amber"),
    "rejected": Mark("不予受理", "x-circle", "grey"),
    "diverted": Mark("请走其他渠道", "signpost-split", "violet"),
    "merged": Mark("已合并办理", "union", "violet"),
    "to_assign": Mark("待交办", "inbox", "blue"),
    "assigned": Mark("已交办", "person-check", "blue"),
    "objected": Mark("单位有异议", "arrow-return-left", "amber"),
    "accepted": Mark("已受理", "clipboard-check", "teal"),
    "handling": Mark("办理中", "hourglass-split", "teal"),
    "paused": Mark("暂停计时", "pause-circle", "grey"),
    "tracking": Mark("跟踪落实", "eye", "amber"),
    "awaiting_rating": Mark("待您评价", "star", "amber"),
    "closed": Mark("已办结", "check-circle-fill", "green"),
    "reopened": Mark("重新办理", "arrow-repeat", "red"),
    "transferred": Mark("已移送", "arrow-left-right", "violet"),
    "finalized": Mark("程序终结", "lock", "grey"),
    "withdrawn": Mark("已撤回", "arrow-counterclockwise", "grey"),
}

LIGHTS: dict[str, Mark] = {
    "green": Mark("正常", "check-circle", "green"),
    "yellow": Mark("临期", "clock", "amber"),
    "red": Mark("超期", "exclamation-triangle-fill", "red"),
    "black": Mark("严重超期", "exclamation-octagon-fill", "black"),
}

RESOLUTIONS: dict[str, Mark] = {
    "resolved": Mark("已解决", "check-circle-fill", "green"),
    "partly_resolved": Mark("部分解决", "circle-half", "amber"),
    "unresolved": Mark("未解决", "x-circle", "red"),
    "explained": Mark("解释说明", "info-circle", "blue"),
    "not_supported": Mark("不予支持", "dash-circle", "grey"),
    "referred": Mark("已移送", "arrow-left-right", "violet"),
}

REPLY_KINDS: dict[str, Mark] = {
    "ack": Mark("接收告知", "inbox", "grey"),
    "initial": Mark("初步回应", "megaphone", "blue"),
    "progress": Mark("办理进展", "hourglass-split", "teal"),
    "final": Mark("正式答复", "check-circle-fill", "green"),
    "correction": Mark("更正说明", "pencil-square", "amber"),
    "extension": Mark("延期说明", "calendar3", "amber"),
    "transfer": Mark("移送告知", "arrow-left-right", "violet"),
    "follow": Mark("承诺兑现", "flag-fill", "green"),
    "reject": Mark("不予受理告知", "x-circle", "grey"),
}


def mark(table: dict[str, Mark], code: str, label: str = "") -> Mark:
    """Look a code up, taking the caller's words where given; an unknown code shows its words, or itself, in grey."""
    known = table.get(code, Mark(code, "circle-fill", "grey"))
    return Mark(label or known.label, known.icon, known.tone)
