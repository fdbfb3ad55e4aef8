"""Turns kinds of unit into units by name: of a list of real ones where there is one, else as such units are called."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from huixiang.nlp.regions import Division, Gazetteer

SHOWN: Final = 3
CODES_OF: Final[Mapping[str, tuple[str, ...]]] = {
    "乡镇街道": ("township",),
    "交警": ("traffic_police",),
    "交通运输": ("transport", "bus"),
    "人力资源和社会保障": ("labour",),
    "住房城乡建设": ("housing", "housing_fund"),
    "公安": ("police",),
    "农业农村和水利": ("agriculture", "water_conservancy", "forestry"),
    "卫生健康和医保": ("health", "medical_insurance"),
    "城市管理": ("urban_management",),
    "市场监管": ("market",),
    "教育": ("education",),
    "文旅广电": ("culture_tourism",),
    "民政": ("civil_affairs",),
    "水电气通信企业": ("water_supply", "power_supply", "gas", "telecom"),
    "生态环境": ("ecology",),
    "税务财政": ("tax", "finance"),
    "自然资源和规划": ("land",),
}
"""Codes of `data/unit_kinds.json` behind each kind that the model ranks; the first is meant unless a word decides."""

_CUES: Final[Mapping[str, re.Pattern[str]]] = {
    code: re.compile(pattern)
    for code, pattern in {
        "bus": "公交(?!站牌)|公共汽车|[0-9]{1,3}路车",
        "housing_fund": "公积金",
        "water_conservancy": "水库|水利|河道|灌溉|堤|沟渠|移民",
        "forestry": "山林|林地|林权|砍伐|野生动物|野猪",
        "medical_insurance": "医保|新农合|医疗保险|报销",
        "water_supply": "停水|自来水|供水|水压|水费|水厂|用水",
        "power_supply": "停电|供电|电压|电费|电网|电表|跳闸|用电",
        "gas": "燃气|天然气|煤气|停气",
        "telecom": "宽带|信号|移动公司|联通|电信|基站|话费|流量",
        "tax": "税|发票",
        "finance": "财政|补贴资金|拨款",
    }.items()
}


class KnownUnit(NamedTuple):
    """A real unit: what it is called, the code of its kind, and the division it belongs to."""

    name: str
    kind: str
    region: str


class NamedUnit(NamedTuple):
    """A unit that could answer, the code of its kind, whether it is on the list of real units, and why it is named."""

    name: str
    kind: str
    is_known: bool
    why: str


@dataclass(slots=True)
class UnitNames:
    """How the units of each kind are called, and the real ones where a list is at hand."""

    kinds: Mapping[str, Mapping[str, str]]
    known: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, kinds: Mapping[str, Mapping[str, str]], units: Iterable[KnownUnit] = ()) -> "UnitNames":
        """Index the units by kind and division; of two in one division the first stands."""
        known: dict[str, dict[str, str]] = defaultdict(dict)
        for unit in units:
            known[unit.kind].setdefault(unit.region, unit.name)
        return cls(kinds, known)

    def named(
        self, ranked: Sequence[str], text: str, region: Division | None, gazetteer: Gazetteer, most: int = SHOWN
    ) -> list[NamedUnit]:
        """Return a unit for each of the first kinds (names as ranked by the model), in their order."""
        found: list[NamedUnit] = []
        for place, kind in enumerate(ranked[:most], 1):
            code = code_in(kind, text)
            why = f"这类事多由{kind}类单位答复（第{place}位）"
            unit = self._known(code, region, why) or self._called(code, kind, region, gazetteer, why)
            found.append(unit)
        return found

    def _known(self, code: str, region: Division | None, why: str) -> NamedUnit | None:
        here = self.known.get(code, {})
        for length in (12, 9, 6, 4, 2):
            name = here.get(region.code[:length]) if region and len(region.code) >= length else None
            if name:
                return NamedUnit(name, code, True, why)
        return None

    def _called(self, code: str, kind: str, region: Division | None, gazetteer: Gazetteer, why: str) -> NamedUnit:
        if code == "township":
            return NamedUnit(_township(region), code, False, why)
        pattern = self.kinds.get(code, {}).get("name_pattern", "{region}" + kind)
        where = gazetteer.divisions.get(region.code[:6]) if region else None
        return NamedUnit(pattern.format(region=where.name if where else ""), code, False, why)


def code_in(kind: str, text: str) -> str:
    """Return the code meant by a kind: the one whose words the text holds, else the commonest."""
    codes = CODES_OF.get(kind, (kind,))
    return next((code for code in codes if code in _CUES and _CUES[code].search(text)), codes[0])


def _township(region: Division | None) -> str:
    if region is None or region.level != "township":
        return "所在乡镇（街道）"
    return f"{region.name}办事处" if region.name.endswith("街道") else f"{region.name}人民政府"
