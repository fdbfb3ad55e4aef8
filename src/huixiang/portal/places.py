"""Choosing a place: every prefecture and county in one list, townships once their county is known, and a search."""

from dataclasses import dataclass, field
from typing import NamedTuple

from django.db.models import Q
from django.db.models.functions import Length

from huixiang.accounts.shapes import Shape
from huixiang.nlp.cleaning import neutralise
from huixiang.units.models import Level, Region

MOST_HITS = 8


class Place(NamedTuple):
    """A region as the picker lists it; making 140 of these is much quicker than 140 models."""

    code: str
    name: str
    level: str
    parent_id: str | None


@dataclass
class Group:
    """A prefecture and its counties, as an option group."""

    head: Place
    counties: list[Place] = field(default_factory=list)


@dataclass(frozen=True)
class Picker:
    """What the place picker shows: the whole province in groups, and the townships of the chosen county."""

    provinces: list[Place]
    groups: list[Group]
    townships: list[Region]
    chosen: str
    township: str


def picker(region: str = "", township: str = "") -> Picker:
    """The picker with `region` (down to a county) and `township` chosen; two queries, or one without a county."""
    listed = Region.objects.exclude(level=Level.TOWNSHIP).order_by("code")
    rows = [Place(*row) for row in listed.values_list("code", "name", "level", "parent_id")]
    provinces = [r for r in rows if r.level == Level.PROVINCE]
    groups = {r.code: Group(r) for r in rows if r.level == Level.PREFECTURE}
    county = ""
    for row in rows:
        if row.level == Level.COUNTY and row.parent_id in groups:
            groups[row.parent_id].counties.append(row)
            county = row.code if row.code == region else county
    below = list(Region.objects.filter(parent_id=county, level=Level.TOWNSHIP)) if county else []
    known = region if any(r.code == region for r in rows) else ""
    return Picker(provinces, list(groups.values()), below, known, township)


def picker_at(code: str) -> Picker:
    """The picker standing on one place of any level."""
    place = Region.objects.filter(pk=code).first() if code else None
    if place is not None and place.level == Level.TOWNSHIP:
        return picker(place.parent_id or "", place.code)
    return picker(code)


def chosen_place(region: str, township: str = "") -> Region | None:
    """The place that two selects name; a township that lies elsewhere is left out."""
    code = township if township and region and township.startswith(region) else region
    return _PLACE.first(code) if code else None


_PLACE: Shape[Region] = Shape(lambda code: Region.objects.filter(pk=code), str)


def find(query: str) -> list[Region]:
    """Places whose name holds every word typed, the larger ones first."""
    words = neutralise(query)[:40].split()
    if not words:
        return []
    wanted = Q()
    for word in words:
        wanted &= Q(full_name__contains=word)
    # The last word names the place itself, so that 岳麓 does not bring every township of 岳麓区.
    wanted &= Q(name__contains=words[-1])
    return list(Region.objects.filter(wanted).annotate(size=Length("code")).order_by("size", "code")[:MOST_HITS])


def path_of(place: Region) -> list[Region]:
    """The places above and including `place`, the province first."""
    above: list[Region] = []
    here: Region | None = place
    while here is not None:
        above.insert(0, here)
        here = here.parent
    return above
