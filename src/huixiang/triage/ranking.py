"""Which unit should answer: ranked from the remit table, from who answered such messages here, and from the text."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import Q

from huixiang.cases.choices import MessageKind
from huixiang.cases.models import Case
from huixiang.nlp.unit_names import code_in
from huixiang.rules.lifecycle import State
from huixiang.units.models import Level, Region, Remit, Topic, Unit
from huixiang.units.suggesting import divisions_above

MOST = 5
# Answered cases looked back on: recent practice counts, and reading it costs the same however old the site is.
LOOKED_BACK = 400
ANSWERED = (State.CLOSED, State.AWAITING_RATING, State.TRACKING, State.FINALIZED)
# How far each kind of evidence counts. Judgements: a written remit outweighs practice, practice outweighs the wording.
COLUMN, REMIT, REMIT_ABOVE, REMIT_BELOW, PRACTICE, WORDING, GOVERNMENT = 9.0, 3.0, 2.0, 1.2, 3.0, 0.9, 0.2
# Each level further up counts so much less.
FURTHER = 0.35
# With this many answered cases half of the share counts; few cases prove little.
DOUBT = 4
SURE_FROM, SURE_AHEAD = 2.0, 0.4
COLUMN_UNITS = {"legal": ("law", "《问法湖南》的留言由律师团解答")}


@dataclass(frozen=True)
class Ranked:
    """A unit that could take a case, how much speaks for it, and each reason in words."""

    unit: Unit
    score: float
    reasons: tuple[str, ...]

    @property
    def reason(self) -> str:
        """All reasons in one sentence."""
        return "；".join(self.reasons)


@dataclass
class _Evidence:
    unit: Unit
    score: float = 0.0
    reasons: list[str] = field(default_factory=list)


def ranked_units(
    region: Region,
    topics: Sequence[tuple[Topic, float]],
    kinds: Sequence[str] = (),
    text: str = "",
    *,
    most: int = MOST,
) -> list[Ranked]:
    """The units that could answer, the likeliest first.

    `topics` are what it may be about, each with its probability; `kinds` the kinds of unit as the model ranks them.
    """
    found: dict[int, _Evidence] = {}
    above = divisions_above(region.pk)
    for topic, p in topics:
        _add_remits(found, topic, p, region, above)
        _add_practice(found, topic, p, region)
    _add_wording(found, kinds, text, above)
    if not found:
        _add_governments(found, above)
    ranked = sorted(found.values(), key=lambda one: (-round(one.score, 4), one.unit.path))
    return [Ranked(one.unit, round(one.score, 2), tuple(dict.fromkeys(one.reasons))) for one in ranked[:most]]


def of_column(column: str, region: Region) -> list[Ranked]:
    """The nearest unit that a column belongs to, whatever the matter: law questions go to the lawyers."""
    kind, words = COLUMN_UNITS.get(column, ("", ""))
    units = Unit.objects.active().filter(kind=kind, region__in=divisions_above(region.pk)).select_related("region")
    nearest = sorted(units, key=lambda unit: (-len(unit.region_id), unit.path))
    return [Ranked(unit, COLUMN, (words,)) for unit in nearest[:1]]


def is_sure(ranked: Sequence[Ranked]) -> bool:
    """Whether the first unit has a remit or practice behind it and stands clear of the second."""
    if not ranked or ranked[0].score < SURE_FROM:
        return False
    return len(ranked) == 1 or ranked[0].score - ranked[1].score >= SURE_AHEAD


def _add(found: dict[int, _Evidence], unit: Unit, score: float, reason: str) -> None:
    one = found.setdefault(unit.pk, _Evidence(unit))
    one.score += score
    one.reasons.append(reason)


def _add_remits(found: dict[int, _Evidence], topic: Topic, p: float, region: Region, above: list[str]) -> None:
    # The topics first: asked for in one condition with the joins, PostgreSQL tries every remit with every region for as
    # long as it has not counted the tables yet.
    below = Topic.objects.filter(parent=topic).values_list("pk", flat=True)
    codes = [code for code in (topic.pk, topic.parent_id, *below) if code]
    rows = Remit.objects.filter(topic_id__in=codes, region_id__in=above, unit__is_active=True)
    best: dict[int, tuple[float, Remit]] = {}
    for remit in rows.select_related("unit__region", "topic", "region"):
        closeness = {topic.pk: REMIT, topic.parent_id: REMIT_ABOVE}.get(remit.topic_id, REMIT_BELOW)
        score = closeness - FURTHER * _levels_up(remit.region_id, region)
        if remit.unit_id not in best or score > best[remit.unit_id][0]:
            best[remit.unit_id] = score, remit
    for score, remit in best.values():
        _add(found, remit.unit, p * score, _remit_words(remit, region))


def _remit_words(remit: Remit, region: Region) -> str:
    where = "" if remit.region_id == region.pk else f"（{Level(remit.region.level).label}）"
    basis = f"，依据{remit.basis}" if remit.basis else ""
    return f"权责清单：{remit.region.name}{where}的“{remit.topic.name}”归它管{basis}"


def _add_practice(found: dict[int, _Evidence], topic: Topic, p: float, region: Region) -> None:
    """Adds who answered such messages in the same county (or prefecture), from the newest answered cases."""
    # Of its whole class when the case has only a first-level topic.
    topics = Q(topic=topic) if topic.parent_id else Q(topic=topic) | Q(topic__parent=topic)
    rows = Case.objects.filter(topics, state__in=ANSWERED).exclude(kind=MessageKind.REPORT)
    recent = rows.exclude(lead_unit=None).order_by("-submitted_at").values_list("lead_unit_id", "region_id")
    near = [unit for unit, code in recent[:LOOKED_BACK] if code.startswith(region.pk[:6])]
    counts = Counter(near)
    units = Unit.objects.active().in_bulk(list(counts))
    for pk, times in counts.most_common(MOST):
        if unit := units.get(pk):
            words = f"本地近来答复的{len(near)}件“{topic.name}”留言里，有{times}件由它答复"
            _add(found, unit, p * PRACTICE * times / (len(near) + DOUBT), words)


def _add_wording(found: dict[int, _Evidence], kinds: Sequence[str], text: str, above: list[str]) -> None:
    codes = {code_in(kind, text): (place, kind) for place, kind in reversed(list(enumerate(kinds[:3])))}
    nearest: dict[str, Unit] = {}
    for unit in Unit.objects.active().filter(kind__in=list(codes), region__in=above).order_by("region_id", "-path"):
        nearest[unit.kind] = unit
    for code, unit in nearest.items():
        place, kind = codes[code]
        _add(found, unit, WORDING / (1 + place), f"从内容看，像是{kind}类单位的事")


def _add_governments(found: dict[int, _Evidence], above: list[str]) -> None:
    units = Unit.objects.active().filter(region__in=above, kind="government").select_related("region")
    for unit in sorted(units, key=lambda u: (-len(u.region_id), u.path))[:2]:
        words = f"没有查到对应的权责清单，可先交{unit.region.name}政府研究"
        _add(found, unit, GOVERNMENT + len(unit.region_id) / 100, words)


def _levels_up(code: str, region: Region) -> int:
    return len(divisions_above(region.pk)) - len(divisions_above(code))


def without(ranked: Iterable[Ranked], accused: Iterable[Unit]) -> list[Ranked]:
    """The ranking without units that are accused, or that stand under one that is."""
    paths = [unit.path for unit in accused]
    return [one for one in ranked if not any(one.unit.path.startswith(path) for path in paths)]
