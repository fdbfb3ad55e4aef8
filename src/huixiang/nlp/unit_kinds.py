"""Ranks the kinds of unit that could answer a message, from its topic, its words and the places it names."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from huixiang.nlp import vectors
from huixiang.nlp.features import LONGEST, Floats
from huixiang.nlp.parameters import SHIPPED, Parameters, load
from huixiang.nlp.topics import Topic
from huixiang.nlp.vectors import Reading

NAME: Final = "unit_kinds"

CUES: Final[Mapping[str, re.Pattern[str]]] = {
    name: re.compile(pattern)
    for name, pattern in {
        "township": "[\u4e00-\u9fff]{2,4}(?:镇|乡|街道)",
        "village": "[\u4e00-\u9fff]{2,4}(?:村|社区|居委会)|村[委支]|村民|[一二三四五六七八九十]组|组长",
        "county": "[A-Z]?\\d?县",
        "district": "[A-Z]\\d区",
        "estate": "小区|业主|物业|楼盘|花园|栋",
        "bus": "公交|地铁|班车|客运|出租车|的士|车站|公路|高速|国道|省道|县道|修路|收费站|航班",
        "school": "学校|小学|中学|幼儿园|教师|老师|学位|入学|招生|补课|高考|教育局|学籍",
        "housing": "开发商|房产证|公积金|购房|预售|棚改|拆迁|房管|住建|公租房|质量",
        "city": "城管|违建|夜宵|油烟|垃圾|路灯|占道|摊|环卫|公厕|绿化|渣土|井盖",
        "labour": "社保|工资|养老|人社|劳动|就业|失业|职称|退休|公务员|招聘|人才|补贴",
        "health": "医院|医生|医保|卫生|疫苗|计生|独生子女|生育|看病|新农合|药",
        "police": "派出所|公安|户口|身份证|落户|诈骗|报警|打人|赌博|扫黑|户籍",
        "traffic_police": "交警|红绿灯|违章|罚单|驾照|限行|停车|信号灯|车牌|年检|标线|斑马线",
        "utility": "供水|供电|停水|停电|燃气|天然气|水费|电费|宽带|移动|联通|电信|自来水|电网|信号",
        "land": "征地|国土|宅基地|土地|规划|不动产|采矿|耕地|林权",
        "civil": "低保|民政|残疾|殡葬|墓地|五保|婚姻登记|养老院|救助",
        "market": "食品|假冒|工商|价格|传销|消费|退款|营业执照|市场监管|质监|超市|餐馆",
        "culture": "旅游|景区|图书馆|文化|体育|公园|网吧|KTV|博物馆|广场舞",
        "ecology": "污染|环保|噪音|废气|污水|粉尘|排放|臭",
        "farming": "农业|水库|水利|河道|粮食|养殖|农田|灌溉|扶贫|种植",
        "tax": "税|发票|财政|契税",
    }.items()
}
"""What a clerk looks for, by kind of matter; how far each counts for which kind of unit is learnt."""


@dataclass(frozen=True, slots=True)
class UnitKindModel:
    """Weights per fact and kind of unit."""

    weights: Floats
    bias: Floats
    names: tuple[str, ...]

    @classmethod
    def of(cls, parameters: Parameters) -> "UnitKindModel":
        """Unpack what training wrote."""
        weights, bias = (parameters.arrays[name].astype(np.float32) for name in ("weights", "bias"))
        return cls(weights, bias, tuple(parameters.card["classes"]))

    def rank(self, title: str, detail: str, reading: Reading, topics: list[Topic]) -> list[str]:
        """Return every kind of unit, the likeliest first."""
        scores = facts(title, detail, reading, topics) @ self.weights + self.bias
        return [self.names[place] for place in np.argsort(-scores, kind="stable")]


@lru_cache(maxsize=4)
def shipped(directory: Path = SHIPPED) -> UnitKindModel:
    """Return the trained model of `directory`, read once."""
    return UnitKindModel.of(load(NAME, vectors.FEATURES, directory))


MOST_TIMES: Final = 3
"""A cue counts no further than this."""


def facts(title: str, detail: str, reading: Reading, topics: list[Topic]) -> npt.NDArray[np.float64]:
    """Return the probability of each topic by name, the cues of title and text, and the dense vector."""
    chances = [topic.p for topic in sorted(topics)]
    text = detail[:LONGEST]
    seen = [
        flag
        for p in CUES.values()
        for flag in (bool(p.search(title)), min(MOST_TIMES, len(p.findall(text))) / MOST_TIMES)
    ]
    return np.concatenate([np.array(chances) * 2, np.array(seen, dtype=np.float64), reading.latent * 2])
