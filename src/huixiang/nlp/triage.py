"""Says about one message all that the models know: topic, urgency, kinds of unit, place, demands, personal data."""

from dataclasses import dataclass
from typing import Any, Final

from huixiang.nlp import redaction, topics, unit_kinds, urgency, vectors
from huixiang.nlp.demands import find_demands
from huixiang.nlp.regions import Division, Gazetteer, Region
from huixiang.nlp.routing import topic_scores

SHOWN_TOPICS: Final = 5


class BadMessage(ValueError):
    """A message that cannot be judged; the text says why, in Chinese, for the person who sent it."""


@dataclass(frozen=True, slots=True)
class Tables:
    """What the deployment knows: its divisions and the words of its second-level topics, by first-level name."""

    gazetteer: Gazetteer
    second_topics: dict[str, dict[str, list[str]]]


def judge(message: dict[str, Any], tables: Tables) -> dict[str, Any]:
    """Return the judgement of one message (`title`, `detail`, optional `id`, `region`); raises BadMessage."""
    title, detail = _text(message, "title"), _text(message, "detail")
    if not title.strip() and not detail.strip():
        raise BadMessage("标题和正文都是空的")
    seen = vectors.shipped().read(title, detail)
    model = topics.shipped()
    ranked = model.topics(seen)
    told = model.told(ranked)
    found = urgency.shipped().judge(title, detail, seen)
    return {
        "id": message.get("id"),
        "topic": told,
        "topics": [{"name": topic.name, "p": topic.p} for topic in ranked[:SHOWN_TOPICS]],
        "topic2": second_topic(told, title, detail, tables) if told else None,
        "urgency": found.urgency.value,
        "urgency_why": list(found.why),
        "unit_kinds": unit_kinds.shipped().rank(title, detail, seen, ranked),
        "units": [],
        "region": _region(tables.gazetteer.region(title, detail, _text(message, "region"))),
        "demands": [{"span": d.span, "kind": d.kind.value} for d in find_demands(title, detail)],
        **_masked(title, detail),
    }


def second_topic(first: str, title: str, detail: str, tables: Tables) -> str | None:
    """Return the second-level topic of `first` whose words the message uses most; None if it uses none."""
    scores = topic_scores(detail, tables.second_topics.get(first, {}), title=title)
    return scores[0].code if scores else None


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
