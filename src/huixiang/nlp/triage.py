"""Says about one message all that the models know: topic, urgency, kinds of unit, place, demands, personal data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from huixiang.nlp import redaction, second_topics, topics, unit_kinds, urgency, vectors
from huixiang.nlp.adapting import Adaptation
from huixiang.nlp.demands import find_demands
from huixiang.nlp.regions import Division, Gazetteer, Region
from huixiang.nlp.topics import Topic
from huixiang.nlp.unit_names import UnitNames
from huixiang.nlp.urgency import Judgement
from huixiang.nlp.vectors import Reading

SHOWN_TOPICS: Final = 5
OPTIONAL: Final = ("demands", "region")


class BadMessage(ValueError):
    """A message that cannot be judged; the text says why, in Chinese, for the person who sent it."""


@dataclass(frozen=True, slots=True)
class Tables:
    """What the deployment knows: divisions, words of its own second-level topics, names of units.

    `left_out` names parts of the judgement that nobody asks for (of OPTIONAL); they are then empty.
    """

    gazetteer: Gazetteer
    second_topics: Mapping[str, Mapping[str, list[str]]]
    units: UnitNames = field(default_factory=lambda: UnitNames({}))
    adaptation: Adaptation | None = None
    left_out: frozenset[str] = frozenset()


def judge(message: Mapping[str, Any], tables: Tables) -> dict[str, Any]:
    """Return the judgement of one message (`title`, `detail`, optional `id`, `region`); raises BadMessage."""
    (answer,) = judge_many([message], tables)
    if isinstance(answer, BadMessage):
        raise answer
    return answer


def judge_many(messages: Sequence[Mapping[str, Any]], tables: Tables) -> list[dict[str, Any] | BadMessage]:
    """Return the judgement of each message, or why there is none; many at once cost each less than one by one."""
    checked = [_checked(message) for message in messages]
    texts = [one for one in checked if not isinstance(one, BadMessage)]
    answers = iter(_judged(texts, tables) if texts else [])
    return [one if isinstance(one, BadMessage) else next(answers) for one in checked]


class _Texts(NamedTuple):
    """What is read of a message."""

    id: Any
    title: str
    detail: str
    region: str


def _checked(message: Mapping[str, Any]) -> _Texts | BadMessage:
    try:
        title, detail, region = (_text(message, name) for name in ("title", "detail", "region"))
    except BadMessage as error:
        return error
    if not title.strip() and not detail.strip():
        return BadMessage("标题和正文都是空的")
    return _Texts(message.get("id"), title, detail, region)


def _judged(messages: Sequence[_Texts], tables: Tables) -> list[dict[str, Any]]:
    space = vectors.shipped()
    seen = [space.read(message.title, message.detail) for message in messages]
    topic_model, kinds = topics.shipped(), unit_kinds.shipped()
    ranked = topic_model.topics_many(seen)
    threats = urgency.shipped().judge_many([(m.title, m.detail, r) for m, r in zip(messages, seen, strict=True)])
    answers: list[dict[str, Any]] = []
    for message, reading, found, threat in zip(messages, seen, ranked, threats, strict=True):
        likely = tables.adaptation.topics(found, reading.latent) if tables.adaptation else found
        told = (tables.adaptation or topic_model).told(likely)
        order = kinds.rank(message.title, message.detail, reading, likely)
        answers.append(_answer(message, _Found(likely, told, threat, order, reading), tables))
    return answers


class _Found(NamedTuple):
    """What the models say about a message."""

    topics: list[Topic]
    told: str | None
    threat: Judgement
    kinds: list[str]
    reading: Reading


def _answer(message: _Texts, found: _Found, tables: Tables) -> dict[str, Any]:
    title, detail = message.title, message.detail
    region = None if "region" in tables.left_out else tables.gazetteer.region(title, detail, message.region)
    demands = [] if "demands" in tables.left_out else find_demands(title, detail)
    return {
        "id": message.id,
        "topic": found.told,
        "topics": [{"name": topic.name, "p": topic.p} for topic in found.topics[:SHOWN_TOPICS]],
        "topic2": second_topics.shipped().told(found.told, found.reading) if found.told else None,
        "urgency": found.threat.urgency.value,
        "urgency_why": list(found.threat.why),
        "unit_kinds": found.kinds,
        "units": _units(found.kinds, title + detail, region, tables),
        "region": _region(region),
        "demands": [{"span": d.span, "kind": d.kind.value} for d in demands],
        **_masked(title, detail),
    }


def warm() -> None:
    """Read every model now, for whoever is about to part into processes that shall share them."""
    judge({"title": "供水", "detail": "请问什么时候来水？"}, Tables(Gazetteer.of([]), {}))


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


def _text(message: Mapping[str, Any], name: str) -> str:
    value = message.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadMessage(f"“{name}”应当是文字")
    return value
