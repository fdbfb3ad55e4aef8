"""Names in a draft: laws that the library does not know, and misspelt names of units and places."""

import json
import re
from collections.abc import Iterable
from datetime import date
from functools import cache
from typing import Final

from django.conf import settings

from huixiang.units.models import Region, Unit

from .gate_choices import FindingCode, RootCause
from .gate_faults import WARN, Fault, placed
from .models import Case

_TITLE: Final = re.compile(r"《([^《》]{3,60})》")
_LAW: Final = re.compile(r"(?:法|条例|规定|办法|规则|细则|法典)(?:（[^）]{1,20}）)?$")
_ASIDE: Final = re.compile(r"（[^）]*）|\([^)]*\)|\s|中华人民共和国")
# A shorter name with one other character is as a rule another name.
_SHORTEST_NAME: Final = 5
_MOST: Final = 3
_OTHER_THING: Final = frozenset("省市县区州镇乡村一二三四五六七八九十东西南北中上下前后大小新老的在到和与由向对把于是")


def unknown_laws(body: str) -> Iterable[Fault]:
    """Titles in 《》 that read like a law but are superseded or not in `data/laws.json`; warnings, for it has gaps."""
    known, superseded = _laws()
    for title in dict.fromkeys(match.group(1) for match in _TITLE.finditer(body)):
        plain = _plain(title)
        if plain in known or not _LAW.search(title):
            continue
        instead = superseded.get(plain)
        why = f"《{title}》{instead}" if instead else f"法规库里没有《{title}》，请核对名称是否写错、是否已经废止。"
        fault = Fault(
            FindingCode.UNKNOWN_LAW, WARN, why, "对照公布的文本写全称；是本地文件的，请系统管理员把它加进法规库。",
            RootCause.MECHANISM, absence=title,
        )  # fmt: skip
        yield placed(fault, body, f"《{title}》")


def misspelt_names(case: Case, body: str) -> Iterable[Fault]:
    """Names that differ by one character from a unit or a place of the case's prefecture."""
    if not body.strip():
        return
    prefecture = case.region_id[:4]
    units = Unit.objects.filter(region__code__startswith=prefecture).values_list("name", flat=True)
    places = Region.objects.filter(code__startswith=prefecture).values_list("name", flat=True)
    known = frozenset([*units, *places])
    taken: list[tuple[int, int]] = []
    for name in sorted(known, key=lambda name: (-len(name), name)):
        for start in _nearly(name, body):
            end = start + len(name)
            written = body[start:end]
            if written in known or any(a < end and start < b for a, b in taken):
                continue
            taken.append((start, end))
            why = f"“{written}”是不是“{name}”？"
            fault = Fault(FindingCode.MISSPELT_NAME, WARN, why, "核对单位名称和地名。", absence=name)
            yield placed(fault, body, written, near=start)
            if len(taken) == _MOST:
                return


def _nearly(name: str, body: str) -> Iterable[int]:
    """Where `body` has `name` with exactly one other character: one half of the name must stand there unchanged."""
    if len(name) < _SHORTEST_NAME:
        return
    half = len(name) // 2
    starts = {*_places(name[:half], body), *(place - half for place in _places(name[half:], body))}
    for start in sorted(s for s in starts if 0 <= s <= len(body) - len(name)):
        pairs = zip(body[start : start + len(name)], name, strict=True)
        differs = [(place, a, b) for place, (a, b) in enumerate(pairs) if a != b]
        if len(differs) == 1 and _is_slip(*differs[0], len(name)):
            yield start


def _is_slip(place: int, written: str, meant: str, length: int) -> bool:
    # The last character says what kind of thing it is (区, 局, 镇), and 一 for 二 or 县 for 市 is another thing.
    return place < length - 1 and written not in _OTHER_THING and "\u4e00" <= written <= "\u9fff"


def _places(part: str, body: str) -> Iterable[int]:
    place = body.find(part)
    while place >= 0:
        yield place
        place = body.find(part, place + 1)


@cache
def _laws() -> tuple[frozenset[str], dict[str, str]]:
    """Plain titles that are known, and what is to be said of those that another text has replaced."""
    table = json.loads((settings.REFERENCE_DIR / "laws.json").read_text(encoding="utf-8"))
    known = frozenset(_plain(title) for group in table["groups"] for title in group["titles"])
    superseded = {}
    for row in table["superseded"]:
        day = date.fromisoformat(row["from"])
        words = f"已被《{row['by']}》代替（{day.year}年{day.month}月{day.day}日起），请核对。"
        superseded[_plain(row["title"])] = words
    return known, superseded


def _plain(title: str) -> str:
    return _ASIDE.sub("", title)
