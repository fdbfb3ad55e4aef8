"""Codes of the reply gate that are stored, and the words people read for them."""

from django.db.models import TextChoices


class FindingCode(TextChoices):
    """What is wrong with a reply: the eight reefs of `nlp.reefs`, then what else a supervisor would catch."""

    OSTRICH = "ostrich", "鸵鸟回避"
    RASH_DENIAL = "rash_denial", "草率否认"
    UNOWNED = "unowned", "责任悬空"
    COLD_CLICHE = "cold_cliche", "空话套话"
    EVASION = "evasion", "打太极"
    HASTY_PROMISE = "hasty_promise", "仓促承诺"
    OFF_QUESTION = "off_question", "自说自话"
    RED_TAPE = "red_tape", "文牍迟缓"
    CONTRADICTION = "contradiction", "口径不一"
    COPIED = "copied", "照抄别件"
    REPEATED = "repeated", "重复旧话"
    REBUTTED = "rebutted", "留言人已反驳"
    FOUR_LESSONS = "four_lessons", "四不放过缺项"
    DISCLOSURE = "disclosure", "四维披露缺项"
    CARE = "care", "事实情感行动缺项"
    UNANSWERED = "unanswered", "诉求未答"
    UNDATED = "undated", "承诺没有日期"
    PRIVACY = "privacy", "泄露隐私"
    IMPOSSIBLE_DATE = "impossible_date", "日期有误"
    TONE = "tone", "语气失当"
    TRUNCATED = "truncated", "正文残缺"
    UNKNOWN_LAW = "unknown_law", "法规待核对"
    MISSPELT_NAME = "misspelt_name", "名称疑似有误"

    @classmethod
    def reefs(cls) -> list[str]:
        """The eight reefs, in the order of the rubric."""
        return [
            cls.OSTRICH, cls.RASH_DENIAL, cls.UNOWNED, cls.COLD_CLICHE,
            cls.EVASION, cls.HASTY_PROMISE, cls.OFF_QUESTION, cls.RED_TAPE,
        ]  # fmt: skip


class RootCause(TextChoices):
    """Why a reply goes wrong this way."""

    DUTY = "duty", "责任"
    MECHANISM = "mechanism", "机制"


class CheckMoment(TextChoices):
    """At which station of its way a reply was checked."""

    REVIEW = "review", "送审时"
    PUBLICATION = "publication", "发布时"


class OverrideState(TextChoices):
    """Where a request stands to publish a reply that the gate holds."""

    ASKED = "asked", "待批准"
    APPROVED = "approved", "已批准放行"
    REFUSED = "refused", "不予放行"
    LAPSED = "lapsed", "已失效"

    @classmethod
    def open(cls) -> list[str]:
        """States in which the request still binds the reply."""
        return [cls.ASKED, cls.APPROVED]


class CommitmentState(TextChoices):
    """Where a promise stands; whether it is overdue is computed from its day, never stored."""

    CONFIRMED = "confirmed", "已确认，待发布"
    DECLINED = "declined", "不跟踪"
    OPEN = "open", "待兑现"
    KEPT = "kept", "已兑现"

    @classmethod
    def unpublished(cls) -> list[str]:
        """What the writer of a draft has said about a promise; the public knows nothing of it yet."""
        return [cls.CONFIRMED, cls.DECLINED]
