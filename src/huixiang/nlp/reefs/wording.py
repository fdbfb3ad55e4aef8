"""Says in words what a piece of evidence means, so that every verdict can be read by the person it concerns."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

_CUES: Final = {
    "received": "“已收悉”一类的开头",
    "thanks": "感谢、请理解一类的客套",
    "frame": "“现回复如下”一类的套语",
    "greeting": "称呼",
    "forwarded": "转交、转办的说法",
    "reported_up": "上报、请示、待批的说法",
    "contact_instead": "请对方另找他人咨询的说法",
    "phone": "电话号码",
    "already_answered": "“此前已答复”、链接一类的说法",
    "waiting": "请等待的说法",
    "investigating": "“正在调查处理”的说法",
    "case_filed": "立案、移送、不受理的说法",
    "not_told": "不便公开、适时公布的说法",
    "by_phone": "私下电话沟通的说法",
    "need_more": "信息不足、无法核实的说法",
    "denial": "否认的说法",
    "defended": "“符合规定、手续齐全”一类的辩护",
    "told_by_accused": "只引用被反映一方的说法",
    "checked": "经核查的说法",
    "on_site": "到现场的说法",
    "evidence": "监控、检测、记录等依据",
    "finding": "查明的情况",
    "cause": "原因",
    "done": "已经做了的事",
    "ordered": "责令、处罚等措施",
    "talked": "协调、沟通、教育的说法",
    "plan": "下一步打算",
    "hedge": "研究、逐步、争取一类的活话",
    "push_harder": "“加大力度、加强监管”一类的话",
    "named_rule": "写明名称的文件",
    "policy_only": "按政策、按规定的说法",
    "refusal": "不能办、暂不办的说法",
    "not_ours": "不属本单位职责的说法",
    "nobody": "相关部门、有关单位等泛指",
    "legal_route": "走法律途径的建议",
    "own_merit": "自己的工作成绩",
    "absolute": "彻底、全部、确保一类的满话",
    "apology": "道歉",
    "empathy": "对难处的体谅",
    "lesson": "长效、防反弹的安排",
    "accountable": "负责的单位或人",
    "lecturing": "训诫的口气",
    "unit_acts": "写明由哪个单位行动",
}
_SLOTS: Final = {
    "who": "单位或人",
    "what": "具体做法",
    "when": "时间",
    "where": "地点",
    "number": "数量",
    "document": "文件依据",
}
_ASKS: Final = {
    "figure": "数字",
    "date": "时间",
    "reason": "原因",
    "yes_no": "是与否",
    "way": "办法",
    "rule": "依据",
    "person": "责任人",
    "punish": "查处",
    "fix": "解决",
}
_GRAVE: Final = {
    "safety": "安全",
    "pollution": "污染",
    "corruption": "违纪",
    "money": "钱款",
    "force": "强制、伤害",
    "hardship": "生活困难",
}
_ROLES: Final = {
    "courtesy": "客套",
    "echo": "复述留言",
    "routing": "转办",
    "pointing": "让对方另找他人",
    "waiting": "请等待",
    "substance": "有内容的话",
}
_REEFS: Final = {
    "ostrich": "回避",
    "rash_denial": "否认",
    "unowned": "无人负责",
    "cold_cliche": "套话",
    "evasion": "绕弯",
    "hasty_promise": "满话",
    "off_question": "答非所问",
    "red_tape": "公文流转",
}
_TABLES: Final[Mapping[str, tuple[str, Mapping[str, str]]]] = MappingProxyType(
    {
        "says": ("答复中有{}", _CUES),
        "mostly": ("答复多是{}", _CUES),
        "ends": ("结尾是{}", _CUES),
        "slot": ("写明了{}", _SLOTS),
        "no_slot": ("没有写明{}", _SLOTS),
        "dense": ("{}写得密", _SLOTS),
        "role": ("“{}”占了不少篇幅", _ROLES),
        "asked": ("留言问{}", _ASKS),
        "titled": ("标题就问{}", _ASKS),
        "grave": ("留言涉及{}", _GRAVE),
        "grave_skipped": ("留言涉及{}而答复没有提", _GRAVE),
        "reef": ("有{}的措辞而缺少内容", _REEFS),
        "words": ("有{}的措辞", _REEFS),
    }
)
_SINGLE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "denies_unchecked": "否认而没有核查",
        "denies_undated": "否认而没有日期",
        "denies_checked": "否认并写明核查",
        "hedges_bare": "活话旁边没有事实和依据",
        "absolute_bare": "满话旁边没有数量",
        "investigates_undated": "说在调查而没有措施",
        "size": "内容的篇幅",
        "sentences": "有内容的句数",
        "under.8": "几乎没有内容",
        "under.20": "内容不足20字",
        "under.40": "内容不足40字",
        "under.80": "内容不足80字",
        "under.160": "内容不足160字",
        "only_form": "只有形式，没有内容",
        "routes_only": "只有转办",
        "points_only": "只让对方另找他人",
        "message.size": "留言的篇幅",
        "complains": "留言是投诉",
        "suggests": "留言是建议",
        "enquires": "留言是咨询",
        "again": "留言人已多次反映",
        "near.title": "与标题用词相近",
        "near.detail": "与留言用词相近",
        "near.back": "答复的词多来自留言",
        "near.first": "最要紧的诉求有相近的句子",
        "near.least": "每项诉求都有相近的句子",
        "near.mean": "各项诉求都有相近的句子",
        "wide.first": "最要紧的诉求的词在答复中出现",
        "wide.least": "每项诉求的词都在答复中出现",
        "wide.mean": "各项诉求的词在答复中出现",
        "near.sentence_least": "留言每句都有呼应",
        "near.sentence_middle": "留言多数句子有呼应",
        "demands": "诉求较多",
        "message.sentences": "留言句数较多",
        "per_demand": "每项诉求分到的篇幅",
        "delay": "间隔的时间",
        "late": "超过30天",
        "very_late": "超过60天",
        "published_late": "公布时已超过30天",
        "late_and_thin": "拖了很久且内容很少",
        "late_not_done": "拖了很久且没有做什么",
        "named_future": "写明了将来的日期",
        "answers.first_none": "最要紧的诉求没有回应",
        "answers.first_full": "最要紧的诉求得到回应",
        "answers.most_none": "有诉求没有回应",
        "answers.mean_none": "多项诉求没有回应",
        "answers.mean_full": "多数诉求得到回应",
        "answers.least_full": "每项诉求都得到回应",
    }
)


def in_words(evidence: Iterable[str]) -> list[str]:
    """Return what each named piece of evidence means; raises KeyError for a name without words."""
    return [_words(name) for name in evidence]


def _words(name: str) -> str:
    if name in _SINGLE:
        return _SINGLE[name]
    table, _, rest = name.partition(".")
    frame, words = _TABLES[table]
    return frame.format(words[rest])
