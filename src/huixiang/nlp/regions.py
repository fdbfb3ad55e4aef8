"""Finds which division a message speaks of; a name that several places share is asked about, not guessed."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

MOST_CHOICES: Final = 5
READ: Final = 2000
"""Characters of the detail that are read: where it is stands in the title or soon after."""

_CODED: Final = re.compile(
    r"(?:西地省)?(?:[A-Z]\d{0,2}[市州])?(?:[A-Z]\d{1,2}[区县市])?(?:[\u4e00-\u9fff]{2,4}?(?:街道|镇|乡))?"
)
"""Divisions in texts whose names were replaced by letters: A市A3区洋湖街道."""

_ENDS: Final = frozenset("省州市区县镇乡道场")
_NOT_A_PLACE_AFTER: Final = frozenset("路街道巷桥站大")
"""长沙 is a place, 长沙路 is a road somewhere else."""


class Division(NamedTuple):
    """One division; codes of what lies above it are the beginnings of its own."""

    code: str
    name: str
    short_name: str
    level: str


class Mention(NamedTuple):
    """A name in the text and the codes that bear it."""

    span: str
    start: int
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Region:
    """Where a message belongs: one division, or the choices to ask about; `text` is what the message says."""

    text: str
    division: Division | None = None
    choices: tuple[Division, ...] = ()


@dataclass(slots=True)
class Gazetteer:
    """All divisions by name; full names at every level, short names down to counties."""

    divisions: dict[str, Division] = field(default_factory=dict)
    _names: dict[str, dict[str, list[str]]] = field(default_factory=lambda: defaultdict(dict))

    @classmethod
    def of(cls, divisions: Iterable[Division]) -> "Gazetteer":
        """Index the divisions."""
        gazetteer = cls()
        for division in divisions:
            gazetteer.divisions[division.code] = division
            names = {division.name}
            if division.level != "township":
                names.add(division.short_name)
            for name in names:
                if len(name) > 1:
                    gazetteer._names[name[:2]].setdefault(name, []).append(division.code)
        return gazetteer

    def mentions(self, text: str) -> Iterator[Mention]:
        """Yield the names in `text` from left to right, the longest at each place, without overlaps."""
        place = 0
        while place < len(text) - 1:
            named = self._names.get(text[place : place + 2], {})
            fits = [name for name in named if text.startswith(name, place) and not _is_another(name, text, place)]
            if fits:
                name = max(fits, key=len)
                yield Mention(name, place, tuple(named[name]))
                place += len(name)
            else:
                place += 1

    def region(self, title: str, detail: str, given: str = "") -> Region | None:
        """Return where the message belongs; None if it names no place. What the form says (`given`) decides between
        places of one name and stands when the text says nothing nearer."""
        text = "\n".join((given, title, detail[:READ]))
        found = list(self.mentions(text))
        if not found:
            coded = coded_region(given) or coded_region(title) or coded_region(detail[:READ])
            return Region(coded) if coded else None
        named = {code for mention in found for code in mention.codes if len(mention.codes) == 1}
        best = max(found, key=lambda mention: (max(map(len, mention.codes)), -mention.start))
        fitting = [code for code in best.codes if any(code != above and code.startswith(above) for above in named)]
        codes = fitting or list(best.codes)
        divisions = tuple(self.divisions[code] for code in codes)
        if len(divisions) == 1:
            return Region(best.span, divisions[0])
        return Region(best.span, None, divisions[:MOST_CHOICES])


def coded_region(text: str) -> str:
    """Return the first place written with letters for names, as far down as it goes; empty if there is none."""
    for match in re.finditer(r"[A-Z]\d{0,2}[市州区县]|西地省", text):
        whole = _CODED.match(text, match.start())
        if whole and whole.group():
            return whole.group()
    return ""


def _is_another(name: str, text: str, place: int) -> bool:
    """True if a short name is only the beginning of a road or of some other name."""
    after = text[place + len(name) : place + len(name) + 1]
    return name[-1] not in _ENDS and after in _NOT_A_PLACE_AFTER and bool(after)
