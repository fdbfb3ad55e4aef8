"""The demo town itself: units, what they answer for, office-holders, and finding the unit that a message means."""

import json
import re
from dataclasses import dataclass, field
from random import Random
from typing import Any

from django.conf import settings
from django.db import transaction

from huixiang.cases.models import Column
from huixiang.nlp import routing
from huixiang.units.models import Level, OfficeHolder, Region, Remit, Topic, Unit

from .seeding_people import LAWYERS_UNIT, TESTING_UNIT, People, invite
from .seeding_reference import load

EXTRA_UNITS = [
    {
        "key": LAWYERS_UNIT, "name": "湖南公益律师团", "short_name": "公益律师团", "kind": "law", "region": "43",
        "parent": "43-justice", "duty_phone": "", "about": "轮流值班，解答《问法湖南》栏目的留言。",
    },
    {
        "key": TESTING_UNIT, "name": "湖南湘衡检验检测中心", "short_name": "湘衡检测中心", "kind": "testing",
        "region": "43", "parent": None, "duty_phone": "", "about": "受承办单位委托检验检测，只提交检测结论。",
    },
]  # fmt: skip
TOWNSHIP = re.compile(r"(街道|镇|乡)$")


@dataclass
class Town:
    """Everything that a seeded message can refer to, by the name it uses."""

    regions: dict[str, Region]
    units: dict[str, Unit]
    people: People
    columns: dict[str, Column]
    topics: dict[str, Topic]
    holders: dict[str, OfficeHolder]
    kinds: dict[str, str]
    by_place: dict[tuple[str, str], Unit] = field(default_factory=dict)

    def region(self, path: str) -> Region:
        """The region of "长沙市/岳麓区/望城坡街道"; raises KeyError."""
        return self.regions[f"湖南省/{path}" if path != "湖南省" else path]

    def unit(self, name: str, region: Region) -> Unit:
        """The nearest unit called `name` (a kind of unit or a township) that answers for `region`.

        County, then prefecture, then province; where there is none, the government of the place, then its
        cyberspace office.
        """
        kind = self.kinds.get(name, "township" if TOWNSHIP.search(name) else "government")
        if kind == "township" and name not in self.kinds:
            region = self._township(name, region) or region
        for wanted in (kind, "government", "cyberspace"):
            found = self._nearest(wanted, region.code)
            if found is not None:
                return found
        raise LookupError(f"no unit for {name} in {region.full_name}")

    def topic(self, first_name: str, title: str, body: str) -> Topic:
        """The second-level topic below `first_name` that the text speaks of, or the first-level one."""
        first = self.topics[first_name]
        below = {t.code: t.words for t in self.topics.values() if t.parent_id == first.code}
        scores = routing.topic_scores(body, below, title=title)
        return next((t for t in self.topics.values() if scores and t.code == scores[0].code), first)

    def holder(self, key: str | None, region: Region) -> OfficeHolder | None:
        """The office-holder a message names, or the one nearest to its region."""
        if key:
            return self.holders[key]
        near = [h for h in self.holders.values() if region.code.startswith(h.region_id)]
        return max(near, key=lambda h: len(h.region_id), default=None)

    def _township(self, name: str, region: Region) -> Region | None:
        county = region.code[:6]
        return next((r for r in self.regions.values() if r.code.startswith(county) and r.name == name), None)

    def _nearest(self, kind: str, code: str) -> Unit | None:
        for length in (9, 6, 4, 2):
            if len(code) >= length and (kind, code[:length]) in self.by_place:
                return self.by_place[kind, code[:length]]
        return None


@transaction.atomic
def build_town(rng: Random) -> Town:
    """Makes units, remits, office-holders and people; reference data must be loaded."""
    rows = [*json.loads((settings.SEEDS_DIR / "units.json").read_text(encoding="utf-8")), *EXTRA_UNITS]
    units = _units(rows)
    _remits(list(units.values()))
    regions = {r.full_name: r for r in Region.objects.all()}
    prefectures = [(r.code, r.short_name) for r in regions.values() if r.level == Level.PREFECTURE]
    kinds = {name: kind for kind, k in load("unit_kinds.json").items() for name in [k["name"], *k["aliases"]]}
    town = Town(
        regions=regions,
        units=units,
        people=invite(list(units.values()), sorted(prefectures), rng),
        columns={c.code: c for c in Column.objects.all()},
        topics={t.name: t for t in Topic.objects.all()},
        holders=_holders(units),
        kinds=kinds,
    )
    for unit in units.values():
        town.by_place.setdefault((unit.kind, unit.region_id), unit)
    return town


def _units(rows: list[dict[str, Any]]) -> dict[str, Unit]:
    made = Unit.objects.bulk_create(
        Unit(
            key=r["key"],
            name=r["name"],
            short_name=r["short_name"],
            kind=r["kind"],
            region_id=r["region"],
            about=r["about"],
            duty_phone=r["duty_phone"],
        )
        for r in rows
    )
    units = {unit.key: unit for unit in made}
    parents = {r["key"]: r["parent"] for r in rows}
    for unit in made:
        chain = [unit.key]
        while (above := parents[chain[-1]]) is not None:
            chain.append(above)
        unit.path = "/" + "".join(f"{units[key].pk}/" for key in reversed(chain))
        unit.parent = units[parents[unit.key]] if parents[unit.key] else None
    Unit.objects.bulk_update(made, ["parent", "path"], batch_size=200)
    return units


def _remits(units: list[Unit]) -> None:
    kinds = load("unit_kinds.json")
    second: dict[str, list[str]] = {}
    for first in load("topics.json"):
        for topic in first["second"]:
            for kind in topic["unit_kinds"]:
                second.setdefault(kind, []).append(topic["code"])
    rows = []
    for unit in units:
        codes = second.get(unit.kind, [])
        # Where no second-level topic of a field names the kind, the unit answers for the field as a whole.
        whole = [t for t in kinds.get(unit.kind, {}).get("topics", []) if not any(c.startswith(f"{t}.") for c in codes)]
        rows += [
            Remit(unit=unit, topic_id=code, region_id=unit.region_id, basis="部门权责清单") for code in [*codes, *whole]
        ]
    Remit.objects.bulk_create(rows)


def _holders(units: dict[str, Unit]) -> dict[str, OfficeHolder]:
    rows = json.loads((settings.SEEDS_DIR / "office_holders.json").read_text(encoding="utf-8"))
    made = OfficeHolder.objects.bulk_create(
        OfficeHolder(name=r["name"], title=r["title"], region_id=r["region"], unit=units[r["unit"]]) for r in rows
    )
    return {row["key"]: holder for row, holder in zip(rows, made, strict=True)}
