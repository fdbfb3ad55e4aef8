"""Tells how urgent a message is – critical, urgent or normal – and which of its words say so."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from huixiang.nlp import vectors
from huixiang.nlp.features import LONGEST, Floats
from huixiang.nlp.kernel import KernelModel
from huixiang.nlp.parameters import SHIPPED, Parameters, load
from huixiang.nlp.vectors import Reading

NAME: Final = "urgency"


class Urgency(StrEnum):
    """How soon somebody must look: life in danger, daily life broken, everything else."""

    CRITICAL = "critical"
    URGENT = "urgent"
    NORMAL = "normal"


LEVELS: Final = (Urgency.CRITICAL, Urgency.URGENT, Urgency.NORMAL)

CUES: Final[Mapping[str, re.Pattern[str]]] = {
    name: re.compile(pattern)
    for name, pattern in {
        "death": "死亡|身亡|丧命|致死|死了|遇难|伤亡|人命|命案|送命|猝死|坠亡|溺亡|撞死|烧死|淹死|电死",
        "danger": "坠落|坠楼|跌落|倒塌|坍塌|塌方|垮塌|爆炸|起火|火灾|着火|触电|漏电|泄漏|泄露|中毒"
        "|洪水|滑坡|泥石流|困人|被困|急坠|下坠|踩空",
        "accident": "车祸|交通事故|撞死|撞伤|撞到|事故频发|事故多发|多起事故|发生事故|翻车|连环撞",
        "fire": "消防|灭火器|消防栓|生命通道|逃生",
        "lift": "电梯",
        "violence": "打伤|殴打|打人|被打|砍|持刀|捅|暴力|恐吓|威胁|绑架|拘禁|黑社会|围殴"
        "|行凶|自杀|跳楼|轻生|强奸|猥亵|性侵|家暴|虐待|体罚",
        "minor": "孩子|小孩|学生|儿童|幼儿|未成年|婴儿|小学|幼儿园|中学|宝宝",
        "crowd": "上访|集体|维权|聚集|群体|游行|示威|堵路|静坐|群殴|拉横幅|全体业主",
        "water": "停水|断水|没水|无水|缺水|饮水|饮用水|水质|吃水|喝水|水源|供水",
        "power": "停电|断电|没电|没有电|电压|跳闸|停气|断气|供电|供气",
        "pay": "工资|欠薪|拖欠|讨薪|血汗钱|农民工|养老金|退休金|抚恤|未发|没发|不发|生活费",
        "unsafe": "危房|裂缝|开裂|隐患|下沉|塌陷|摇摇欲坠|倾斜|漏雨|沉降|脱落",
        "illness": "重病|癌|白血病|尿毒症|手术|医药费|残疾|瘫痪|住院|救命|精神病|治病|病危|昏迷",
        "poison": "有毒|毒气|刺鼻|污水|废气|废水|恶臭|化工|排放|井水|致癌|甲醛",
        "plea": "紧急|十万火急|救救|急急|马上|立即|刻不容缓|迫在眉睫|生命|性命|救命",
    }.items()
}
"""Words that readers lean on, by what they point to; how far each counts is learnt."""

PAIRS: Final = (
    ("minor", "danger"), ("minor", "violence"), ("minor", "accident"), ("minor", "death"), ("lift", "danger"),
    ("crowd", "violence"), ("crowd", "plea"), ("death", "accident"), ("unsafe", "minor"), ("pay", "crowd"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Judgement:
    """An urgency and the words of the message that led to it, at most five."""

    urgency: Urgency
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UrgencyModel:
    """Text scores and cues, weighed together; a level is told when it outweighs normal by its margin."""

    kernel: KernelModel
    weights: Floats
    bias: Floats
    margins: tuple[float, float]

    @classmethod
    def of(cls, parameters: Parameters) -> "UrgencyModel":
        """Unpack what training wrote."""
        critical, urgent = parameters.card["margins"]
        weights, bias = (parameters.arrays[name].astype(np.float32) for name in ("cue_weights", "cue_bias"))
        return cls(KernelModel.of(parameters), weights, bias, (float(critical), float(urgent)))

    def judge(self, title: str, detail: str, reading: Reading) -> Judgement:
        """Return the urgency of a message."""
        return self.judge_many([(title, detail, reading)])[0]

    def judge_many(self, messages: Sequence[tuple[str, str, Reading]]) -> list[Judgement]:
        """Return the same for several messages (title, detail, reading) at once, which costs each of them less."""
        scores = self.kernel.scores_many([reading for _, _, reading in messages])
        flags = np.stack([cues(title, detail) for title, detail, _ in messages])
        places = decide(np.concatenate([scores, flags], axis=1) @ self.weights + self.bias, self.margins)
        levels = [LEVELS[int(place)] for place in places]
        return [
            Judgement(level, () if level is Urgency.NORMAL else self._why(title, detail, level))
            for level, (title, detail, _) in zip(levels, messages, strict=True)
        ]

    def _why(self, title: str, detail: str, level: Urgency) -> tuple[str, ...]:
        weights = self.weights[len(LEVELS) :, LEVELS.index(level)]
        found: dict[str, float] = {}
        for place, pattern in enumerate(CUES.values()):
            for match in pattern.finditer(title + "\n" + detail[:LONGEST]):
                found.setdefault(match.group(), float(max(weights[2 * place], weights[2 * place + 1])))
        return tuple(sorted(found, key=lambda word: -found[word])[:5])


@lru_cache(maxsize=4)
def shipped(directory: Path = SHIPPED) -> UrgencyModel:
    """Return the trained model of `directory`, read once."""
    return UrgencyModel.of(load(NAME, vectors.FEATURES, directory))


def cues(title: str, detail: str) -> npt.NDArray[np.float64]:
    """Return for each cue whether the title has it and how often the text, then which pairs stand together."""
    detail = detail[: LONGEST // 2] + detail[LONGEST // 2 :][-LONGEST // 2 :]
    in_title = {name: bool(pattern.search(title)) for name, pattern in CUES.items()}
    times = {name: len(pattern.findall(detail)) for name, pattern in CUES.items()}
    facts = [value for name in CUES for value in (in_title[name], min(3, times[name]) / 3)]
    present = {name for name in CUES if in_title[name] or times[name]}
    return np.array([*facts, *(a in present and b in present for a, b in PAIRS)], dtype=np.float64)


def decide(scores: npt.NDArray[Any], margins: tuple[float, float]) -> npt.NDArray[np.int64]:
    """Return the place in LEVELS per row: the level that outweighs normal by most over its margin, else normal."""
    above = scores[:, :2] - scores[:, 2:] - np.array(margins)
    return np.where(above.max(axis=1) > 0, above.argmax(axis=1), 2)
