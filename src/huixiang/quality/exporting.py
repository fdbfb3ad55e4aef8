"""Reviewers' verdicts as training examples: one JSON object a reply, in the form of `reef_examples.jsonl`.

An example says which reefs make a supervisor send the reply back, or that none stands on it. What is not public never
leaves, and personal data is masked.
"""

from collections.abc import Iterator
from typing import Any

from huixiang.cases.choices import Visibility
from huixiang.cases.models import Case
from huixiang.nlp import redaction
from huixiang.nlp.reefs import REEFS

from .models import ReefVerdict, Review, Weight


def examples() -> Iterator[dict[str, Any]]:
    """The examples of all reviews in the order they were given.

    A reply on which only warnings stand is left out: the form knows "send it back" and "nothing", not the middle.
    """
    found = Review.objects.select_related("sample__reply__case").prefetch_related("verdicts").defer(
        "sample__reply__case__sealed_title", "sample__reply__case__sealed_body", "sample__reply__case__sealed_contact"
    )  # fmt: skip
    for review in found.order_by("at", "pk").iterator(500):
        if is_public(review.sample.reply.case):
            verdicts = list(review.verdicts.all())
            if not verdicts or not _only_warns(verdicts):
                yield _example(review, verdicts)


def is_public(case: Case) -> bool:
    """Whether message and replies are open to everybody, so that a masked copy tells nothing new."""
    return case.public_at is not None and case.visibility == Visibility.PUBLIC


def _only_warns(verdicts: list[ReefVerdict]) -> bool:
    return max(verdict.said for verdict in verdicts) == Weight.WARN


def _example(review: Review, verdicts: list[ReefVerdict]) -> dict[str, Any]:
    reply = review.sample.reply
    standing = sorted((v for v in verdicts if v.said == Weight.SEND_BACK), key=lambda v: -v.judged)
    refuted = [v for v in verdicts if v.said == Weight.NONE]
    shown = standing or refuted
    text = redaction.mask(reply.body)
    code = shown[0].code if shown else ""
    return {
        "id": f"verdict-{review.sample_id}",
        "reef": code,
        "reef_name": REEFS[code].name if code else "",
        "label": int(bool(standing)),
        "message": redaction.mask(f"{reply.case.title}。{reply.case.body}"),
        "reply": text,
        "why": redaction.mask("；".join(v.reason for v in shown if v.reason)),
        # A span that was masked is no longer part of the text.
        "cues": [v.span for v in standing if v.span and v.span in text],
        "also": [v.code for v in standing[1:]],
        "refuted": [v.code for v in refuted],
    }
