"""What is sent for a second opinion: the rubric, and one public message with its reply, personal data masked."""

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from django.utils.timezone import localtime

from huixiang.cases.models import Reply
from huixiang.nlp import redaction

# What is longer is cut: no endpoint reads a book, and the offline judgement has read it all.
LONGEST: Final = 6000


@dataclass(frozen=True)
class Material:
    """One question to the endpoint; the spans of its answer must be exact parts of `reply`."""

    reply: str
    messages: list[dict[str, str]]


def material(reply: Reply) -> Material:
    """The question about one published reply; nothing else than masked public text and two dates stands in it."""
    case, said_at = reply.case, reply.published_at or reply.updated_at
    text = redaction.mask(reply.body)[:LONGEST]
    said = {
        "留言标题": redaction.mask(case.title),
        "留言正文": redaction.mask(case.body)[:LONGEST],
        "留言日期": f"{localtime(case.submitted_at):%Y-%m-%d}",
        "回复种类": reply.get_kind_display(),
        "回复日期": f"{localtime(said_at):%Y-%m-%d}",
        "回复": text,
    }
    return Material(
        text,
        [
            {"role": "system", "content": rubric()},
            {"role": "user", "content": json.dumps(said, ensure_ascii=False)},
        ],
    )


@lru_cache(maxsize=1)
def rubric() -> str:
    """The instructions that ship beside this file."""
    return Path(__file__).with_name("rubric.txt").read_text(encoding="utf-8")
