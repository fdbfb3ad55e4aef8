"""What the models are told of this place: divisions, topics and units, from the database or from the shipped files."""

import csv
import json
from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path

from django.conf import settings

from huixiang.nlp.regions import Division, Gazetteer
from huixiang.nlp.triage import Tables
from huixiang.nlp.unit_names import KnownUnit, UnitNames
from huixiang.units.models import Region, Topic, Unit

from . import keeping


def shipped_tables(units: Iterable[KnownUnit] = ()) -> Tables:
    """The tables of the files beside the source; needs no database. `units` are the real ones, if a list is at hand."""
    topics = json.loads((_reference() / "topics.json").read_text(encoding="utf-8"))
    second = {t["name"]: {s["name"]: s["words"] for s in t["second"]} for t in topics}
    kinds = json.loads((_reference() / "unit_kinds.json").read_text(encoding="utf-8"))
    return Tables(_shipped_gazetteer(), second, UnitNames.of(kinds, units), keeping.current())


def units_of_file(path: Path) -> list[KnownUnit]:
    """The units of a CSV file with the columns name, kind (a code of `data/unit_kinds.json`) and region (its code)."""
    with path.open(encoding="utf-8-sig", newline="") as rows:
        return [KnownUnit(row["name"], row["kind"], row["region"]) for row in csv.DictReader(rows)]


def units_of_database() -> list[KnownUnit]:
    """The units in use of the database, parents before children."""
    rows = Unit.objects.active().order_by("path").values_list("name", "kind", "region_id")
    return [KnownUnit(*row) for row in rows]


def desk_tables() -> Tables:
    """The tables of the database: second-level topics by code, divisions as the deployment has them."""
    gazetteer, second = _of_database(Region.objects.count(), Topic.objects.count())
    return Tables(gazetteer, second, adaptation=keeping.current())


@lru_cache(maxsize=1)
def _of_database(regions: int, topics: int) -> tuple[Gazetteer, dict[str, dict[str, list[str]]]]:
    # Kept per process until a count changes: reading two thousand divisions for every message would cost.
    rows = Region.objects.order_by("pk").values_list("code", "name", "short_name", "level")
    names = dict(Topic.objects.filter(parent=None).values_list("code", "name"))
    second: dict[str, dict[str, list[str]]] = {name: {} for name in names.values()}
    for code, parent, words in Topic.objects.exclude(parent=None).values_list("code", "parent_id", "words"):
        second[names[parent]][code] = words
    return Gazetteer.of(Division(*row) for row in rows), second


@cache
def _shipped_gazetteer() -> Gazetteer:
    with (_reference() / "regions.csv").open(encoding="utf-8") as rows:
        return Gazetteer.of(Division(r["code"], r["name"], r["short_name"], r["level"]) for r in csv.DictReader(rows))


def _reference() -> Path:
    return Path(settings.REFERENCE_DIR)
