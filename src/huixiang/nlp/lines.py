"""Judges JSON Lines: one object in, one object out; a line that cannot be judged becomes an object that says why."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from huixiang.nlp.hotspots import Hotspot, Post
from huixiang.nlp.pairs import Message
from huixiang.nlp.triage import BadMessage, Tables, judge_many


def judged(line: str, number: int, tables: Tables) -> str:
    """Return the judgement of one line, or an object with `error` and `line` (counted from 1)."""
    return judged_many([(number, line)], tables)[0]


def judged_many(numbered: Sequence[tuple[int, str]], tables: Tables) -> list[str]:
    """Return the judgement of each numbered line; together they cost less than one by one."""
    values: list[dict[str, Any] | BadMessage] = []
    for _, line in numbered:
        try:
            values.append(parsed(line))
        except BadMessage as error:
            values.append(error)
    good = iter(judge_many([value for value in values if not isinstance(value, BadMessage)], tables))
    answers: list[str] = []
    for (number, _), value in zip(numbered, values, strict=True):
        answer = value if isinstance(value, BadMessage) else next(good)
        if isinstance(answer, BadMessage):
            name = None if isinstance(value, BadMessage) else value.get("id")
            answers.append(written({"id": name, "line": number, "error": str(answer)}))
        else:
            answers.append(written(answer))
    return answers


def answered(line: str, number: int, answer: Callable[[dict[str, Any]], Any]) -> str:
    """Return what `answer` says about the object of the line, as JSON; a bad line gives an error object."""
    value: dict[str, Any] = {}
    try:
        value = parsed(line)
        return written(answer(value))
    except BadMessage as error:
        return written({"id": value.get("id"), "line": number, "error": str(error)})


def parsed(line: str) -> dict[str, Any]:
    """Return the object of a line; raises BadMessage."""
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BadMessage("这一行不是有效的 JSON") from error
    if not isinstance(value, dict):
        raise BadMessage("这一行应当是一个 JSON 对象")
    return value


def written(value: Any) -> str:
    """Return `value` as one line of JSON that any UTF-8 file can hold; lone surrogates are escaped."""
    text = json.dumps(value, ensure_ascii=False)
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def posts(lines: Iterable[str]) -> Iterator[Post | str]:
    """Yield a post per line, or the error object of a bad one."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                yield _post(parsed(line))
            except BadMessage as error:
                yield written({"line": number, "error": str(error)})


def hotspot_line(spot: Hotspot, number: int) -> str:
    """Return one cluster as JSON."""
    first, last = (time.isoformat() if time else None for time in (spot.first, spot.last))
    name = f"S{number:04d}"
    return written(
        {"cluster": name, "name": spot.name, "ids": spot.ids, "first": first, "last": last, "heat": spot.heat}
    )


def _post(value: dict[str, Any]) -> Post:
    if not isinstance(value.get("id"), str | int):
        raise BadMessage("缺少“id”")
    texts = [value.get(name) or "" for name in ("title", "detail")]
    if not all(isinstance(text, str) for text in texts):
        raise BadMessage("“title”和“detail”应当是文字")
    user = value.get("user")
    message = Message(texts[0], texts[1], user if isinstance(user, str) else None, _time(value.get("time")))
    return Post(str(value["id"]), message, _votes(value.get("likes")), _votes(value.get("dislikes")))


def _time(value: Any) -> datetime | None:
    if value is None:
        return None
    try:
        # Local time without zone, as the messages carry it; an offset would not compare with those that have none.
        return datetime.fromisoformat(str(value)).replace(tzinfo=None)
    except ValueError as error:
        raise BadMessage("“time”应当形如 2026-01-31T08:00:00") from error


def _votes(value: Any) -> int:
    return value if isinstance(value, int) and value > 0 else 0
