"""Finds which division a message speaks of; a name that several places share is asked about, not guessed."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import rjieba

MOST_CHOICES: Final = 5
READ: Final = 2000
"""Characters of the detail that are read: where it is stands in the title or soon after."""
READ_FOR_SHORT: Final = 400
"""Characters of the detail in which a township is looked for without its 镇, 乡 or 街道."""

_CODED: Final = re.compile(
    r"(?:西地省)?(?:[A-Z]\d{0,2}[市州])?(?:[A-Z]\d{1,2}[区县市])?(?:[\u4e00-\u9fff]{2,4}?(?:街道|镇|乡))?"
)
"""Divisions in texts whose names were replaced by letters: A市A3区洋湖街道."""

_ENDS: Final = frozenset("省州市区县镇乡道场")
_ROAD_AFTER: Final = re.compile("[东西南北中]?路(?![灯面边口段])|街|大?道|巷|大?桥|[东西南北]?站|大学")
"""长沙 is a place, 长沙路 is a road somewhere else."""
_ALSO_WORDS: Final = frozenset((
    "通道", "会同", "中方", "洞口", "凤凰", "石门", "东安", "荷塘", "天元", "天心", "北湖", "南岳",
    "石峰", "龙山", "蓝山", "永兴", "新田", "双牌", "双峰", "桃源", "九华", "芙蓉", "雨花", "资阳",
    "永定", "君山", "安仁", "新化", "石鼓", "大祥", "双清", "北塔", "云溪", "屈原", "洪江", "南县",
    "昭山", "岳塘", "雨湖", "开福", "新宁", "永顺", "江永", "宁远", "安化", "零陵", "武陵", "嘉禾",
    "平江",
))  # fmt: skip
"""Short forms that are ordinary words, or names of roads and hills elsewhere: they need the city beside them."""
_ALIASES: Final[Mapping[str, str]] = {
    "宁乡县": "宁乡市", "望城县": "望城区", "株洲县": "渌口区", "祁阳县": "祁阳市", "邵东县": "邵东市",
    "星沙": "长沙县", "湘西州": "湘西土家族苗族自治州",
    "湘西自治州": "湘西土家族苗族自治州", "岳阳楼": "岳阳楼区", "冷水滩": "冷水滩区",
}  # fmt: skip
"""Former and common names of whole divisions."""
_AUTONOMOUS: Final = re.compile(r"^(.{2,3}?)(?:土家族|苗族|侗族|瑶族)+自治(县|州)$")


class Division(NamedTuple):
    """One division; codes of what lies above it are the beginnings of its own."""

    code: str
    name: str
    short_name: str
    level: str


class Mention(NamedTuple):
    """A name in the text, where it stands and the codes that bear it."""

    span: str
    start: int
    codes: tuple[str, ...]

    @property
    def is_full(self) -> bool:
        """Whether the name says what it is: 岳麓区, not 岳麓."""
        return self.span[-1] in _ENDS and self.span not in _ALSO_WORDS


@dataclass(frozen=True, slots=True)
class Region:
    """Where a message belongs: one division, or the choices to ask about; `text` is what the message says.

    `is_firm` if the text names the place in full or in its title: what is firm may contradict a form.
    """

    text: str
    division: Division | None = None
    choices: tuple[Division, ...] = ()
    is_firm: bool = False


@dataclass(slots=True)
class Gazetteer:
    """All divisions by name: full names at every level, short names down to counties, and of townships apart."""

    divisions: dict[str, Division] = field(default_factory=dict)
    _names: dict[str, dict[str, list[str]]] = field(default_factory=lambda: defaultdict(dict))
    _townships: dict[str, dict[str, list[str]]] = field(default_factory=lambda: defaultdict(dict))

    @classmethod
    def of(cls, divisions: Iterable[Division]) -> "Gazetteer":
        """Index the divisions."""
        gazetteer = cls()
        for division in divisions:
            gazetteer.divisions[division.code] = division
            for name in _names_of(division):
                gazetteer._names[name[:2]].setdefault(name, []).append(division.code)
            if division.level == "township" and len(division.short_name) > 1 and division.short_name != division.name:
                short = division.short_name
                gazetteer._townships[short[:2]].setdefault(short, []).append(division.code)
        for bearers in gazetteer._names.values():
            for name, codes in bearers.items():
                bearers[name] = _without_namesakes_inside(codes)
        return gazetteer

    def mentions(self, text: str) -> Iterator[Mention]:
        """Yield the names in `text` from left to right, the longest at each place, without overlaps."""
        return _found(text, self._names)

    def region(self, title: str, detail: str, given: str = "") -> Region | None:
        """Return where the message belongs; None if it names no place.

        What the form says (`given`) decides between places of one name and stands where the text says nothing nearer.
        """
        said = f"{title}\n{detail[:READ]}"
        form, found = list(self.mentions(given)), list(self.mentions(said))
        named = {code for mention in (*form, *found) if len(mention.codes) == 1 for code in _firm_codes(mention)}
        found = [mention for mention in found if _stands(mention, named)]
        known = [code for mention in (*form, *found) if len(mention.codes) == 1 for code in mention.codes]
        found += self._short_townships(f"{title}\n{detail[:READ_FOR_SHORT]}", known, found)
        coded = coded_region(given) or coded_region(title) or coded_region(detail[:READ])
        best = _best(form, found, len(title))
        if best is None:
            return Region(coded) if coded else None
        return self._region(best, [*form, *found], title, coded)

    def _region(self, best: Mention, found: list[Mention], title: str, coded: str) -> Region:
        named = {code for mention in found for code in mention.codes if len(mention.codes) == 1}
        fitting = [code for code in best.codes if any(code != above and code.startswith(above) for above in named)]
        divisions = tuple(self.divisions[code] for code in fitting or best.codes)
        text = coded if coded and coded.endswith(best.span) else best.span
        is_firm = best.is_full or best.span in title
        if len(divisions) == 1:
            return Region(text, divisions[0], is_firm=is_firm)
        return Region(text, None, divisions[:MOST_CHOICES], is_firm)

    def _short_townships(self, text: str, known: list[str], taken: list[Mention]) -> list[Mention]:
        """Return townships written without 镇, 乡 or 街道, inside a county (or city) that the text or form names."""
        if not known:
            return []
        deepest = max(len(code) for code in known)
        within = tuple(code for code in known if len(code) == min(deepest, 6) or len(code) == 6)
        mentions: list[Mention] = []
        for mention in _found(text, self._townships):
            codes = tuple(code for code in mention.codes if code.startswith(within))
            is_taken = any(m.start <= mention.start < m.start + len(m.span) for m in taken)
            if codes and not is_taken and not _is_word(mention.span):
                mentions.append(mention._replace(codes=codes))
        return mentions


def coded_region(text: str) -> str:
    """Return the first place written with letters for names, as far down as it goes; empty if there is none."""
    for match in re.finditer(r"[A-Z]\d{0,2}[市州区县]|西地省", text):
        whole = _CODED.match(text, match.start())
        if whole and whole.group():
            return whole.group()
    return ""


def _names_of(division: Division) -> set[str]:
    names = {division.name} | {alias for alias, whole in _ALIASES.items() if whole == division.name}
    if division.level != "township":
        names.add(division.short_name)
    if autonomous := _AUTONOMOUS.match(division.name):
        names.add("".join(autonomous.groups()))
    return {name for name in names if len(name) > 1}


def _without_namesakes_inside(codes: list[str]) -> list[str]:
    """Of 长沙市 and its 长沙县, both called 长沙, everybody means the city."""
    return [code for code in codes if not any(code != above and code.startswith(above) for above in codes)]


def _found(text: str, index: Mapping[str, Mapping[str, list[str]]]) -> Iterator[Mention]:
    place = 0
    while place < len(text) - 1:
        named = index.get(text[place : place + 2])
        fits = [n for n in named if text.startswith(n, place) and not _is_another(n, text, place)] if named else None
        if named and fits:
            name = max(fits, key=len)
            yield Mention(name, place, tuple(named[name]))
            place += len(name)
        else:
            place += 1


def _firm_codes(mention: Mention) -> tuple[str, ...]:
    return mention.codes if mention.span not in _ALSO_WORDS else ()


def _stands(mention: Mention, named: set[str]) -> bool:
    """Whether a mention counts: one that is also an ordinary word needs a division above it named besides."""
    if mention.span not in _ALSO_WORDS:
        return True
    return any(code != above and code.startswith(above) for code in mention.codes for above in named)


def _best(form: list[Mention], found: list[Mention], title_end: int) -> Mention | None:
    """Return the mention that says most nearly where it is: in the form's place, then in the title, then deepest."""
    anchors = [max(form, key=_depth)] if form else [m for m in found if m.start < title_end][:1]
    if not anchors:
        return max(found, key=lambda mention: (_depth(mention), -mention.start), default=None)
    anchor = anchors[0]
    inside = [m for m in found if any(c != a and c.startswith(a) for c in m.codes for a in anchor.codes)]
    return max(inside, key=lambda mention: (_depth(mention), -mention.start), default=anchor)


def _depth(mention: Mention) -> int:
    return max(map(len, mention.codes))


def _is_another(name: str, text: str, place: int) -> bool:
    """True if a short name is only the beginning of a road or of some other name."""
    return name[-1] not in _ENDS and _ROAD_AFTER.match(text, place + len(name)) is not None


def _is_word(name: str) -> bool:
    """True for a township's short name that is a word of the language and no known place, such as 中心."""
    return name in _ALSO_WORDS or (rjieba.has_word(name) and rjieba.tag(name)[0][1] not in {"ns", "nz", "nr"})
