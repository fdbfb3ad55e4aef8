"""Codes that are stored and the words people read for them."""

from django.db.models import TextChoices

from huixiang.rules.clocks import ClockKind
from huixiang.rules.lifecycle import State, Step


class MessageKind(TextChoices):
    CONSULT = "consult", "咨询"
    HELP = "help", "求助"
    COMPLAINT = "complaint", "投诉"
    REPORT = "report", "举报"
    SUGGEST = "suggest", "建言"
    THANKS = "thanks", "感谢"


class Visibility(TextChoices):
    PUBLIC = "public", "公开"
    REPLY_ONLY = "reply_only", "仅公开回复"
    PRIVATE = "private", "不公开"


class Urgency(TextChoices):
    NORMAL = "normal", "一般"
    URGENT = "urgent", "紧急"
    CRITICAL = "critical", "特急"


class Lane(TextChoices):
    SIMPLE = "simple", "简易"
    STANDARD = "standard", "标准"
    URGENT = "urgent", "紧急"


class Resolution(TextChoices):
    """What came of it, apart from the state; only the citizen can make it `resolved`."""

    RESOLVED = "resolved", "已解决"
    PARTLY = "partly", "部分解决"
    UNRESOLVED = "unresolved", "未解决"
    EXPLAINED = "explained", "解释说明"
    REFUSED = "refused", "不予支持"
    FORWARDED = "forwarded", "已移送"
    UNCONFIRMED = "unconfirmed", "单位称已解决，留言人未确认"


class AssignmentRole(TextChoices):
    LEAD = "lead", "主办"
    SUPPORTING = "supporting", "协办"


class AssignmentState(TextChoices):
    OFFERED = "offered", "待签收"
    ACCEPTED = "accepted", "办理中"
    OBJECTED = "objected", "有异议"
    DONE = "done", "已完成"
    ENDED = "ended", "已结束"

    @classmethod
    def live(cls) -> list[str]:
        """States in which the task still binds the unit."""
        return [cls.OFFERED, cls.ACCEPTED, cls.OBJECTED]


class ReplyKind(TextChoices):
    ACK = "ack", "接收告知"
    INITIAL = "initial", "初步回应"
    PROGRESS = "progress", "进展通报"
    FINAL = "final", "正式答复"
    CORRECTION = "correction", "更正说明"
    EXTENSION = "extension", "延期说明"
    TRANSFER = "transfer", "移送告知"

    @classmethod
    def substantive(cls) -> list[str]:
        """Kinds that count as a reply in figures: never ACK or TRANSFER (design domain §C2)."""
        return [cls.INITIAL, cls.PROGRESS, cls.FINAL]


class ReplyState(TextChoices):
    DRAFT = "draft", "草稿"
    UNIT_REVIEW = "unit_review", "待单位审核"
    QUALITY = "quality", "待质检"
    PUBLISHED = "published", "已发布"
    DISCARDED = "discarded", "已作废"

    @classmethod
    def open(cls) -> list[str]:
        """States of a reply that is not yet out."""
        return [cls.DRAFT, cls.UNIT_REVIEW, cls.QUALITY]


class SupplementState(TextChoices):
    PENDING = "pending", "待审核"
    SHOWN = "shown", "已公开"
    HIDDEN = "hidden", "不公开"


class AttachmentKind(TextChoices):
    IMAGE = "image", "图片"
    PDF = "pdf", "PDF"
    AUDIO = "audio", "录音"


class PauseReason(TextChoices):
    """The closed list G9 (design domain §C2): internal approval, meetings and systems never pause a clock."""

    CITIZEN = "citizen", "等待留言人补充材料"
    EXPERTISE = "expertise", "法定鉴定、检测"
    HEARING = "hearing", "听证"
    HANDED_OVER = "handed_over", "已移送有权机关"


STATE_LABELS: dict[State, str] = {
    State.SUBMITTED: "待审核",
    State.MODERATING: "审核中",
    State.NEED_SUPPLEMENT: "待您补充",
    State.REJECTED: "未通过审核",
    State.DIVERTED: "请走其他渠道",
    State.MERGED: "已并入同类留言",
    State.TO_ASSIGN: "待交办",
    State.ASSIGNED: "待签收",
    State.OBJECTED: "承办单位有异议",
    State.HANDLING: "办理中",
    State.PAUSED: "依规暂停计时",
    State.TRACKING: "已答复，承诺跟踪中",
    State.AWAITING_RATING: "已答复，待评价",
    State.CLOSED: "已办结",
    State.REOPENED: "重新办理",
    State.TRANSFERRED: "已移送",
    State.FINALIZED: "复核终结",
    State.WITHDRAWN: "已撤回",
}

# The public words address the citizen; on the desk it is somebody else who has to supply.
STAFF_STATE_LABELS: dict[State, str] = {**STATE_LABELS, State.NEED_SUPPLEMENT: "待留言人补充"}

STEP_LABELS: dict[Step, str] = {
    Step.SUBMIT: "提交留言",
    Step.IMPORT: "历史留言导入",
    Step.TAKE_REVIEW: "开始审核",
    Step.RELEASE_REVIEW: "放回审核队列",
    Step.APPROVE: "审核通过",
    Step.ASK_SUPPLEMENT: "请留言人补充",
    Step.SUPPLY: "留言人已补充",
    Step.LAPSE: "到期未补充",
    Step.REJECT: "未通过审核",
    Step.DIVERT: "告知其他渠道",
    Step.MERGE: "并入同类留言",
    Step.ASSIGN: "交办",
    Step.ADD_SUPPORT: "增加协办单位",
    Step.CLAIM: "认领",
    Step.ACCEPT: "签收受理",
    Step.OBJECT: "提出异议",
    Step.UPHOLD_OBJECTION: "异议成立",
    Step.OVERRULE_OBJECTION: "异议不成立",
    Step.SEND_BACK: "退回",
    Step.TRANSFER: "转办",
    Step.PAUSE: "暂停计时",
    Step.RESUME: "恢复计时",
    Step.EXTEND: "延期",
    Step.NOTE: "内部备注",
    Step.FINISH_TASK: "协办完成",
    Step.DRAFT_REPLY: "起草回复",
    Step.SEND_TO_REVIEW: "送审",
    Step.RETURN_REPLY: "退回修改",
    Step.PASS_REVIEW: "单位审核通过",
    Step.DISCARD_REPLY: "作废草稿",
    Step.PUBLISH_REPLY: "发布回复",
    Step.CONCLUDE: "答复完毕",
    Step.CONCLUDE_WITH_PROMISE: "答复完毕，跟踪承诺",
    Step.KEEP_PROMISE: "承诺兑现",
    Step.HAND_OVER: "移送",
    Step.SUPPLEMENT: "留言人补充",
    Step.APPROVE_SUPPLEMENT: "公开补充内容",
    Step.HIDE_SUPPLEMENT: "补充内容不公开",
    Step.REDACT: "隐去个人信息",
    Step.CHANGE_VISIBILITY: "改变公开范围",
    Step.RATE: "留言人评价",
    Step.CLOSE_UNRATED: "到期未评价，办结",
    Step.REOPEN: "重新办理",
    Step.FINALIZE: "复核终结",
    Step.WITHDRAW: "撤回",
    Step.CHANGE_LANE: "改变办理通道",
    Step.WARN: "时限提醒",
    Step.SUPERVISE: "督办",
    Step.ANSWER_SUPERVISION: "回复督办",
    Step.LOG_CONTROL: "隐患已先行控制",
    Step.APPROVE_AFTER: "事后补审",
    Step.INSTRUCT: "领导批示",
    Step.ASK_OVERRIDE: "申请放行回复",
    Step.GRANT_OVERRIDE: "批准放行回复",
    Step.REFUSE_OVERRIDE: "不予放行回复",
    Step.KEEP_ONE: "兑现一项承诺",
}

CLOCK_LABELS: dict[ClockKind, str] = {
    ClockKind.REVIEW: "审核",
    ClockKind.ASSIGN: "交办",
    ClockKind.SIGN: "签收",
    ClockKind.FIRST_WORD: "首次回应",
    ClockKind.ANSWER: "正式答复",
    ClockKind.SILENCE: "进展通报",
    ClockKind.COMMITMENT: "承诺兑现",
    ClockKind.SUPERVISION: "督办答复",
    ClockKind.SAFETY_CONTROL: "隐患控制",
    ClockKind.POST_APPROVAL: "事后补审",
    ClockKind.PAUSE: "依规暂停",
    ClockKind.INSTRUCTION: "批示任务",
    ClockKind.SUPPORT: "协办任务",
    ClockKind.SUPPLEMENT: "等待留言人补充",
    ClockKind.RATING: "等待留言人评价",
    ClockKind.OBJECTION: "提出异议",
    ClockKind.EXTENSION: "延期",
    ClockKind.REOPENING: "重新办理",
}
