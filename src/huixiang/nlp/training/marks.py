"""Labels without words: a marked span as the field it stands in, with start and end, and back again."""

from collections.abc import Mapping
from typing import Any

from huixiang.nlp.training.corpus import Row

_FIELDS = {"demands": ("detail", "title"), "reefs": ("reply",), "commitments": ("reply",), "remarks": ("reply",)}


def placed(label: Row, message: Row) -> dict[str, Any]:
    """Return `label` with every span said by its place in `message`; an empty span stays away."""
    found = dict(label)
    for kind, fields in _FIELDS.items():
        found[kind] = [_placed(mark, message, fields) for mark in label.get(kind, [])]
    found["unit"] = _place(label["unit"], message, ("reply",)) if label.get("unit") else None
    return found


def spelled(label: Row, message: Row) -> dict[str, Any]:
    """Return `label` with the words of every place; the inverse of `placed`."""
    found = dict(label)
    for kind in _FIELDS:
        found[kind] = [_spelled(mark, message) for mark in label[kind]]
    found["unit"] = _words(label["unit"], message) if label["unit"] else None
    return found


def _placed(mark: Row, message: Row, fields: tuple[str, ...]) -> dict[str, Any]:
    rest = {key: value for key, value in mark.items() if key != "span"}
    return {**rest, **(_place(mark["span"], message, fields) if mark["span"] else {})}


def _place(span: str, message: Row, fields: tuple[str, ...]) -> dict[str, Any]:
    field = next((name for name in fields if span in message[name]), None)
    if field is None:
        raise ValueError(f"{message['id']}: a marked span stands in none of {fields}")
    start = message[field].index(span)
    return {"field": field, "start": start, "end": start + len(span)}


def _spelled(mark: Row, message: Row) -> dict[str, Any]:
    rest = {key: value for key, value in mark.items() if key not in {"field", "start", "end"}}
    return {**rest, "span": _words(mark, message) if "field" in mark else ""}


def _words(place: Mapping[str, Any], message: Row) -> str:
    return str(message[place["field"]][place["start"] : place["end"]])
