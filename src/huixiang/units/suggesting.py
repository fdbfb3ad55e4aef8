"""Suggesting who should answer: topics from the words of a message, units from their remits; a person decides."""

from dataclasses import dataclass
from functools import lru_cache

from django.db.models import Q

from huixiang.nlp.routing import topic_scores

from .models import Level, Region, Remit, Topic, Unit

MOST = 5
# Prefixes of a division's code name the divisions above it: 43, 4301, 430104, 430104001.
CODE_LENGTHS = (2, 4, 6, 9, 12)


@dataclass(frozen=True)
class UnitSuggestion:
    """A unit that could take a case, and why, in words for the coordinator."""

    unit: Unit
    reason: str


@dataclass(frozen=True)
class TopicSuggestion:
    """A topic that the words of a message point to."""

    code: str
    name: str
    words: tuple[str, ...]

    @property
    def reason(self) -> str:
        """The words that led here: 提到“停水”“水压”."""
        return "提到" + "".join(f"“{word}”" for word in self.words)


def units_for(region: Region, topic: Topic | None, *, most: int = MOST) -> list[UnitSuggestion]:
    """Units answering for `topic` where the case is: the nearest division first, then the closest topic.

    Without a remit that fits, the government of the nearest division that has one.
    """
    above = divisions_above(region.pk)
    if topic is not None:
        fitting = Q(topic=topic) | Q(topic_id=topic.parent_id)
        rows = Remit.objects.filter(fitting, region__in=above, unit__is_active=True).select_related(
            "unit__region", "topic", "region"
        )
        ranked = sorted(rows, key=lambda r: (-len(r.region_id), r.topic_id != topic.pk, r.unit.path))
        found = {r.unit_id: UnitSuggestion(r.unit, _why(r, region)) for r in reversed(ranked)}
        first = [found[unit_id] for unit_id in dict.fromkeys(r.unit_id for r in ranked)]
        if first:
            return first[:most]
    return _governments(above)


def topics_for(title: str, body: str, *, most: int = 3) -> list[TopicSuggestion]:
    """Topics that the words of a message point to, the likeliest first."""
    names, words = _lexicon(Topic.objects.count())
    scores = topic_scores(body, words, title=title)
    return [TopicSuggestion(s.code, names[s.code], tuple(s.words[:4])) for s in scores[:most]]


@lru_cache(maxsize=1)
def _lexicon(count: int) -> tuple[dict[str, str], dict[str, list[str]]]:
    # Kept per process until the number of topics changes: reading hundreds of word lists for every page would cost.
    rows = list(Topic.objects.order_by("pk").values_list("code", "name", "words"))
    return {code: name for code, name, _ in rows}, {code: words for code, _, words in rows if words}


def divisions_above(code: str) -> list[str]:
    """Codes of the division itself and of every one above it: 43, 4301, 430104."""
    return [code[:n] for n in CODE_LENGTHS if n <= len(code)]


def _why(remit: Remit, region: Region) -> str:
    where = "本地" if remit.region_id == region.pk else f"上级（{Level(remit.region.level).label}）"
    basis = f"，依据{remit.basis}" if remit.basis else ""
    return f"权责清单：{where}{remit.region.name}负责“{remit.topic.name}”{basis}"


def _governments(above: list[str]) -> list[UnitSuggestion]:
    units = Unit.objects.active().filter(region__in=above, kind="government").select_related("region")
    nearest = sorted(units, key=lambda u: (-len(u.region_id), u.path))
    return [UnitSuggestion(u, f"没有查到对应的权责清单，可先交{u.region.name}政府研究") for u in nearest[:2]]
