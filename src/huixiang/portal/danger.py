"""Words that may mean danger at this moment: whoever writes them is told whom to call, and may go on writing."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Danger:
    """One number to call and the words that point to it."""

    phone: str
    who: str
    words: tuple[str, ...]


# A judgement, kept short: phrases about now and here, so that a message on fire doors or suicide prevention as a topic
# sets off as little as possible. The notice never blocks, so a false alarm costs one glance.
DANGERS = (
    Danger(
        "110",
        "警察",
        ("正在打人", "在打我", "打死人", "要杀", "砍人", "持刀", "拿刀", "被绑架", "被拐", "非法拘禁", "家暴",
         "不让我们出门", "抢劫", "威胁我", "轻生", "自杀", "不想活", "跳楼", "跳河", "喝农药"),
    ),
    Danger("119", "消防", ("着火", "起火", "失火", "燃气泄漏", "煤气泄漏", "爆炸", "被困", "快塌了", "倒塌")),
    Danger("120", "急救", ("昏迷", "晕倒", "大出血", "没有呼吸", "溺水", "触电", "中毒", "喝农药", "割腕")),
)  # fmt: skip


def dangers(*texts: str) -> list[Danger]:
    """The numbers that the texts point to, in the order police, fire brigade, ambulance."""
    text = "\n".join(texts)
    return [danger for danger in DANGERS if any(word in text for word in danger.words)]
