"""One line in, one line out: a stored reply judged in the form that readers' labels have (`check-replies`)."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from huixiang.nlp.dates import WorkingDays
from huixiang.nlp.reefs.judging import Draft, Judgement, Message, judge
from huixiang.nlp.reefs.kinds import Past


class BadLine(ValueError):
    """A line that cannot be judged, with the reason for the person who made the file."""


def answer(line: str, number: int, calendar: WorkingDays | None = None) -> str:
    """Return the judgement of one JSON line as one JSON line, or an object with `error` and `line`; never raises."""
    record: Mapping[str, Any] = {}
    try:
        record = _record(line)
        found = _told(record, _judged(record, calendar))
    except BadLine as problem:
        found = {"id": record.get("id"), "line": number, "error": str(problem)}
    return json.dumps(found, ensure_ascii=False)


def _record(line: str) -> Mapping[str, Any]:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as problem:
        raise BadLine(f"not JSON: {problem}") from problem
    if not isinstance(record, dict):
        raise BadLine("not a JSON object")
    return record


def _judged(record: Mapping[str, Any], calendar: WorkingDays | None) -> Judgement:
    if not isinstance(record.get("reply"), str):
        raise BadLine("`reply` is missing or not a text")
    message = Message(_text(record, "title"), _text(record, "detail"), _moment(record, "time"))
    draft = Draft(record["reply"], _moment(record, "reply_time"), _text(record, "kind") or None)
    return judge(message, draft, history=_history(record), calendar=calendar)


def _text(record: Mapping[str, Any], key: str) -> str:
    value = record.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadLine(f"`{key}` is not a text")
    return value


def _moment(record: Mapping[str, Any], key: str) -> datetime | None:
    value = _text(record, key)
    try:
        return datetime.fromisoformat(value) if value else None
    except ValueError as problem:
        raise BadLine(f"`{key}` is not an ISO time: {value!r}") from problem


def _history(record: Mapping[str, Any]) -> list[Past]:
    """Read earlier words: texts (the unit's) or objects with `text`, `time` and `by` ("citizen" or "unit")."""
    entries = record.get("history") or []
    if not isinstance(entries, list):
        raise BadLine("`history` is not a list")
    found = []
    for entry in entries:
        one = entry if isinstance(entry, dict) else {"text": entry}
        at = _moment(one, "time")
        found.append(Past(_text(one, "text"), _text(one, "by") == "citizen", at.date() if at else None))
    return found


def _told(record: Mapping[str, Any], judged: Judgement) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": record.get("id"),
        "demands": [{"span": d.span, "kind": d.kind, "answered": d.answered} for d in judged.demands],
        "reefs": [
            {
                "code": finding.code,
                "severity": int(finding.severity),
                "span": finding.span,
                "absence": finding.absence,
                "why": finding.why,
                "cure": finding.cure,
                "root_cause": finding.root_cause.value,
            }
            for finding in judged.findings
        ],
        "elements": dict(judged.elements),
        "commitments": [{"span": c.span, "due": c.due.isoformat() if c.due else None} for c in judged.commitments],
        "outcome": judged.outcome,
        "forward_only": judged.forward_only,
        "unit": judged.unit,
        "urgency": None,
        "send_back": judged.send_back,
        "remarks": [{"kind": r.kind.value, "span": r.span, "why": r.why} for r in judged.remarks],
    }
    if judged.narrowed:
        found["narrowed"] = list(judged.narrowed)
    return found
