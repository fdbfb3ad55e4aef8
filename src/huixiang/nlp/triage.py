"""Says about one message all that the models know: topic, urgency, kinds of unit, place, demands, personal data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from huixiang.nlp import redaction, topics, unit_kinds, urgency, vectors
from huixiang.nlp.adapting import Adaptation
from huixiang.nlp.demands import find_demands
from huixiang.nlp.regions import Division, Gazetteer, Region
from huixiang.nlp.routing import topic_scores
from huixiang.nlp.topics import Topic
from huixiang.nlp.unit_names import UnitNames
from huixiang.nlp.vectors import Reading

SHOWN_TOPICS: Final = 5


class BadMessage(ValueError):
    """A message that cannot be judged; the text says why, in Chinese, for the person who sent it."""


@dataclass(frozen=True, slots=True)
class Tables:
    """What the deployment knows: divisions, words of second-level topics by first-level name, names of units."""

    gazetteer: Gazetteer
    second_topics: Mapping[str, Mapping[str, list[str]]]
    units: UnitNames = field(default_factory=lambda: UnitNames({}))
    adaptation: Adaptation | None = None


def judge(message: dict[str, Any], tables: Tables) -> dict[str, Any]:
    """Return the judgement of one message (`title`, `detail`, optional `id`, `region`); raises BadMessage."""
    title, detail = _text(message, "title"), _text(message, "detail")
    if not title.strip() and not detail.strip():
        raise BadMessage("标题和正文都是空的")
    seen = vectors.shipped().read(title, detail)
    ranked, told = _topics(seen, tables.adaptation)
    found = urgency.shipped().judge(title, detail, seen)
    kinds = unit_kinds.shipped().rank(title, detail, seen, ranked)
    region = tables.gazetteer.region(title, detail, _text(message, "region"))
    return {
        "id": message.get("id"),
        "topic": told,
        "topics": [{"name": topic.name, "p": topic.p} for topic in ranked[:SHOWN_TOPICS]],
        "topic2": second_topic(told, title, detail, tables) if told else None,
        "urgency": found.urgency.value,
        "urgency_why": list(found.why),
        "unit_kinds": kinds,
        "units": _units(kinds, title + detail, region, tables),
        "region": _region(region),
        "demands": [{"span": d.span, "kind": d.kind.value} for d in find_demands(title, detail)],
        **_masked(title, detail),
    }


def warm() -> None:
    """Read every model now, for whoever is about to part into processes that shall share them."""
    judge({"title": "供水", "detail": "请问什么时候来水？"}, Tables(Gazetteer.of([]), {}))


def second_topic(first: str, title: str, detail: str, tables: Tables) -> str | None:
    """Return the second-level topic of `first` whose words the message uses most; None if it uses none."""
    scores = topic_scores(detail, tables.second_topics.get(first, {}), title=title)
    return scores[0].code if scores else None


def _topics(seen: Reading, adaptation: Adaptation | None) -> tuple[list[Topic], str | None]:
    """Return all topics, the likeliest first, and the one to tell; a deployment's own correction has the last word."""
    model = topics.shipped()
    ranked = model.topics(seen)
    if adaptation is None:
        return ranked, model.told(ranked)
    ranked = adaptation.topics(ranked, seen.latent)
    return ranked, adaptation.told(ranked)


def _units(kinds: list[str], text: str, region: Region | None, tables: Tables) -> list[dict[str, Any]]:
    if not tables.units.kinds:
        return []
    named = tables.units.named(kinds, text, region.division if region else None, tables.gazetteer)
    return [unit._asdict() for unit in named]


def _masked(title: str, detail: str) -> dict[str, Any]:
    found = {"title": redaction.find(title), "detail": redaction.find(detail)}
    return {
        "personal_data": [
            {"kind": f.kind.value, "span": f.span, "start": f.start, "end": f.end, "field": name}
            for name, findings in found.items()
            for f in findings
        ],
        "masked_title": redaction.mask(title, found["title"]),
        "masked_detail": redaction.mask(detail, found["detail"]),
    }


def _region(region: Region | None) -> dict[str, Any] | None:
    if region is None:
        return None
    division = _division(region.division) if region.division else {"code": None, "name": None}
    return {"text": region.text, **division, "choices": [_division(choice) for choice in region.choices]}


def _division(division: Division) -> dict[str, str]:
    """Return what a program needs to name a division."""
    return {"code": division.code, "name": division.name}


def _text(message: dict[str, Any], name: str) -> str:
    value = message.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadMessage(f"“{name}”应当是文字")
    return value
