"""Words that tell of danger, so that a message about life and limb is not read as the fortieth of the day.

A word alone proves nothing: it puts a mark beside the message, a person decides.
"""

from dataclasses import dataclass

from huixiang.cases.choices import Urgency

# Life and limb, with where to turn at once; then what people cannot live without for a day.
_CRITICAL = (
    "燃气泄漏", "煤气泄漏", "天然气泄漏", "漏气", "起火", "着火", "火灾", "冒烟", "爆炸", "坍塌", "垮塌", "倒塌",
    "塌方", "滑坡", "漏电", "触电", "裸露的电线", "高压线掉", "坠落", "坠楼", "溺水", "落水", "被困", "中毒", "昏迷",
    "大出血", "轻生", "自杀", "自残", "不想活", "活不下去", "跳楼", "跳桥", "跳江", "割腕", "喝农药", "家暴", "殴打",
    "持刀", "砍人", "绑架", "拐卖", "失踪", "走失", "猥亵", "性侵", "虐待", "体罚", "井盖丢", "没有井盖", "深坑",
    "决堤", "管涌",
)  # fmt: skip
_URGENT = (
    "停水", "停电", "停气", "断水", "断电", "没有水喝", "没水用", "没饭吃", "讨薪", "拖欠工资", "血汗钱", "救命",
    "危房", "裂缝变大", "急诊", "透析", "化疗", "高考", "中考", "停课", "停运", "电梯困人", "疫情", "食物变质",
    "集体腹泻",
)  # fmt: skip


@dataclass(frozen=True)
class Danger:
    """What was noticed in a text: the words, and the urgency they speak for."""

    urgency: Urgency
    words: tuple[str, ...]

    @property
    def is_critical(self) -> bool:
        """Whether somebody may be hurt."""
        return self.urgency == Urgency.CRITICAL


def noticed(text: str) -> Danger | None:
    """The danger that the words of `text` tell of; None if there are none."""
    critical = tuple(w for w in _CRITICAL if w in text)
    if critical:
        return Danger(Urgency.CRITICAL, critical)
    urgent = tuple(w for w in _URGENT if w in text)
    return Danger(Urgency.URGENT, urgent) if urgent else None
