"""Words that tell of danger, for the citizen who writes them, the reviewer who reads them and the watch over risks.

A word alone proves nothing. It shows a number to call, puts a mark beside a message or asks a person to look; it never
blocks and never decides.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How much a word speaks for haste: life and limb, or what nobody can do without for a day."""

    URGENT = "urgent"
    CRITICAL = "critical"


@dataclass(frozen=True)
class Help:
    """One number to call and the words that point to it."""

    phone: str
    who: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class Danger:
    """What was noticed in a text: the words, and the level they speak for."""

    level: Level
    words: tuple[str, ...]

    @property
    def is_critical(self) -> bool:
        """Whether somebody may be hurt."""
        return self.level == Level.CRITICAL


# Kept short: phrases about now and here, so that a message on fire doors or suicide prevention as a topic sets off as
# little as possible. The notice never blocks, so a false alarm costs one glance.
HELP = (
    Help(
        "110", "警察",
        ("正在打人", "在打我", "打死人", "要杀", "砍人", "持刀", "拿刀", "被绑架", "被拐", "非法拘禁", "家暴",
         "不让我们出门", "抢劫", "威胁我", "轻生", "自杀", "不想活", "跳楼", "跳河", "喝农药"),
    ),
    Help("119", "消防", ("着火", "起火", "失火", "燃气泄漏", "煤气泄漏", "爆炸", "被困", "快塌了", "倒塌")),
    Help("120", "急救", ("昏迷", "晕倒", "大出血", "没有呼吸", "溺水", "触电", "中毒", "喝农药", "割腕")),
)  # fmt: skip
# What a reviewer should see besides: wider, because a person reads it in its place.
_CRITICAL = (
    "天然气泄漏", "漏气", "火灾", "冒烟", "坍塌", "垮塌", "塌方", "滑坡", "漏电", "裸露的电线", "高压线掉", "坠落",
    "坠楼", "落水", "自残", "活不下去", "跳桥", "跳江", "殴打", "绑架", "拐卖", "失踪", "走失", "猥亵", "性侵", "虐待",
    "体罚", "井盖丢", "没有井盖", "深坑", "决堤", "管涌",
)  # fmt: skip
_URGENT = (
    "停水", "停电", "停气", "断水", "断电", "没有水喝", "没水用", "没饭吃", "讨薪", "拖欠工资", "血汗钱", "救命",
    "危房", "裂缝变大", "急诊", "透析", "化疗", "高考", "中考", "停课", "停运", "电梯困人", "疫情", "食物变质",
    "集体腹泻",
)  # fmt: skip
_ALL_CRITICAL = tuple(dict.fromkeys((*(word for number in HELP for word in number.words), *_CRITICAL)))
# Many who mean to act together, not many who are affected.
_CROWD = (
    "集体上访", "集体维权", "集体讨薪", "拉横幅", "打横幅", "堵路", "堵门", "堵大门", "围堵", "静坐", "罢工", "罢运",
    "罢课", "聚众", "聚集维权", "对峙", "群体性事件", "联名上访", "去市里上访", "去省里上访", "进京上访",
)  # fmt: skip
# A child, and something that is done to it: either alone says little.
_CHILD = (
    "孩子", "小孩", "儿童", "学生", "未成年", "女童", "男童", "婴儿", "幼儿", "小朋友", "娃", "儿子", "女儿",
    "小学", "初中", "高中", "幼儿园", "托管班",
)  # fmt: skip
_DONE_TO_A_CHILD = (
    "体罚", "欺凌", "霸凌", "猥亵", "性侵", "虐待", "殴打", "打伤", "被打", "打骂", "辱骂", "走失", "失踪", "被拐",
    "拐卖", "溺水", "辍学", "食物中毒", "集体腹泻", "自残", "轻生", "自杀", "跳楼", "童工", "遗弃", "纹身",
)  # fmt: skip
_MEDIA = (
    "记者", "电视台", "媒体曝光", "媒体报道", "热搜", "上了抖音", "发抖音", "发到抖音", "发微博", "发到网上", "发快手",
    "发小红书", "视频疯传", "网友围观", "直播曝光",
)  # fmt: skip
_LINK = re.compile(
    r"(?:https?://|www\.)[\w\-./?=&%#~+]+"
    r"|(?:[\w-]+\.)?(?:weibo|douyin|kuaishou|bilibili|xiaohongshu|toutiao|ixigua|thepaper|qq)\.(?:com|cn)[\w\-./?=&%]*",
    re.ASCII | re.IGNORECASE,
)


def numbers_to_call(*texts: str) -> list[Help]:
    """The numbers that the texts point to, in the order police, fire brigade, ambulance."""
    text = "\n".join(texts)
    return [number for number in HELP if any(word in text for word in number.words)]


def noticed(*texts: str) -> Danger | None:
    """The danger that the words of the texts tell of; None if there are none."""
    text = "\n".join(texts)
    if critical := _found(_ALL_CRITICAL, text):
        return Danger(Level.CRITICAL, critical)
    urgent = _found(_URGENT, text)
    return Danger(Level.URGENT, urgent) if urgent else None


def crowd_words(*texts: str) -> tuple[str, ...]:
    """Words of the texts that tell of many who mean to act together."""
    return _found(_CROWD, "\n".join(texts))


def minors_words(*texts: str) -> tuple[str, ...]:
    """What the texts say is done to a child, with the word for the child in front; empty where either is missing."""
    text = "\n".join(texts)
    child, done = _found(_CHILD, text), _found(_DONE_TO_A_CHILD, text)
    return (child[0], *done) if child and done else ()


def media_words(*texts: str) -> tuple[str, ...]:
    """Links in the texts, and words that name the press or the social networks."""
    text = "\n".join(texts)
    return tuple(dict.fromkeys((*_found(_MEDIA, text), *_LINK.findall(text))))


def _found(words: Iterable[str], text: str) -> tuple[str, ...]:
    return tuple(word for word in words if word in text)
