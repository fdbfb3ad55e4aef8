"""Reads what an endpoint answers: exactly the asked-for shape, known codes, exact words – or BadAnswer says why."""

import json
from dataclasses import dataclass
from typing import Any, Final

from huixiang.nlp.cleaning import neutralise
from huixiang.nlp.reefs import REEFS
from huixiang.nlp.reefs.deciding import MOST

LONGEST_SPAN: Final = 300
LONGEST_WHY: Final = 300
LONGEST_ANSWER: Final = 8000
"""Characters of the whole answer; three findings need a tenth of it."""


class BadAnswer(ValueError):
    """The endpoint answered, but not what was asked; the text says what is wrong."""


@dataclass(frozen=True)
class Answer:
    """A second opinion that passed every check; findings are {code, severity, span, why}."""

    send_back: bool
    findings: list[dict[str, Any]]


def content_of(body: bytes) -> str:
    """The text of the one choice of a chat completion; raises BadAnswer."""
    try:
        choice = json.loads(body)["choices"][0]
        content, reason = choice["message"]["content"], choice.get("finish_reason")
    except (ValueError, RecursionError, LookupError, TypeError, AttributeError) as error:
        raise BadAnswer(f"不是 chat completions 的答复：{body[:60]!r}") from error
    if reason == "length":
        raise BadAnswer("答复太长，被截断了")
    if not isinstance(content, str) or len(content) > LONGEST_ANSWER:
        raise BadAnswer("答复不是文字，或者太长")
    return content


def read(content: str, reply: str) -> Answer:
    """The opinion in `content` about `reply` as it was sent; raises BadAnswer."""
    told = _object(content)
    if set(told) != {"send_back", "reefs"} or not isinstance(told["send_back"], bool):
        raise BadAnswer("缺少或多出字段，send_back 应为 true 或 false")
    if not isinstance(told["reefs"], list) or len(told["reefs"]) > MOST:
        raise BadAnswer(f"reefs 应为数组，最多{MOST}项")
    findings = [_finding(one, reply) for one in told["reefs"]]
    if len({finding["code"] for finding in findings}) != len(findings):
        raise BadAnswer("同一类问题出现了两次")
    if any(finding["severity"] == 2 for finding in findings) and not told["send_back"]:
        raise BadAnswer("有应退回的问题，send_back 却是 false")
    return Answer(told["send_back"], findings)


def _object(content: str) -> dict[str, Any]:
    # Models that think aloud and those that fence their code mean the same object.
    bare = content.rpartition("</think>")[2].strip().removeprefix("```json").removeprefix("```").removesuffix("```")
    try:
        told = json.loads(bare)
    except (ValueError, RecursionError) as error:
        raise BadAnswer(f"不是 JSON：{bare[:60]!r}") from error
    if not isinstance(told, dict):
        raise BadAnswer("不是 JSON 对象")
    return told


def _finding(one: Any, reply: str) -> dict[str, Any]:
    if not isinstance(one, dict) or set(one) != {"code", "severity", "span", "why"}:
        raise BadAnswer("每一项应有 code、severity、span、why")
    code, severity, span, why = one["code"], one["severity"], one["span"], one["why"]
    if not isinstance(code, str) or code not in REEFS:
        raise BadAnswer(f"没有这一类问题：{code!r:.60}")
    if isinstance(severity, bool) or not isinstance(severity, int) or severity not in {1, 2}:
        raise BadAnswer("severity 应为 1 或 2")
    if not isinstance(span, str) or len(span) > LONGEST_SPAN or span not in reply:
        raise BadAnswer(f"引用的话不在回复里：{span!r:.60}")
    if not isinstance(why, str) or not why.strip() or len(why) > LONGEST_WHY:
        raise BadAnswer(f"why 应为1到{LONGEST_WHY}个字")
    return {"code": code, "severity": severity, "span": span, "why": neutralise(why)}
