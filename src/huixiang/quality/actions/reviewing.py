"""Reviewing (复核) a sampled reply: findings agreed with or not, and one that was missed; once, by a third person."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from huixiang.cases.ledger import Act
from huixiang.cases.models import Reply
from huixiang.cases.refusals import Refused
from huixiang.nlp.reefs import REEFS
from huixiang.units.access import actor_of

from ..models import ReefVerdict, Review, Sample, Weight


class AlreadyReviewed(Refused):
    """Somebody else was faster."""


class OwnReply(Refused):
    """Nobody reviews a reply of their own units, or one that they wrote, reviewed or passed."""


@dataclass(frozen=True)
class Missed:
    """A reef that the judgement did not find; `span` is an exact part of the reply, or empty for an absence."""

    code: str
    weight: Weight
    span: str
    reason: str


def review(
    sample: Sample,
    act: Act,
    *,
    agreed: Collection[str],
    refuted: Mapping[str, str],
    missed: Missed | None = None,
    note: str = "",
) -> Review:
    """Record what a reviewer says: reef codes agreed with, others refuted with a reason, one missed.

    Raises OwnReply, AlreadyReviewed, and Refused where a finding has no word or a word has no finding.
    """
    findings = {finding["code"]: finding for finding in sample.opinion.findings} if sample.opinion else {}
    if act.by is None or sample.opinion is None:
        raise Refused("这条回复还不能复核。")
    _third_person(sample.reply, act)
    _complete(findings, agreed, refuted)
    verdicts = [_verdict(f, said=f["severity"]) for code, f in findings.items() if code in agreed]
    verdicts += [_verdict(findings[code], said=Weight.NONE, reason=reason) for code, reason in refuted.items()]
    if missed is not None:
        verdicts.append(_missed(missed, sample.reply, findings))
    try:
        return _saved(Review(sample=sample, reviewer=act.by, note=note.strip()[:500], at=act.at), verdicts)
    except IntegrityError as error:
        raise AlreadyReviewed("这条回复刚刚有同事复核过了，您的意见没有保存。") from error


@transaction.atomic
def _saved(review: Review, verdicts: list[ReefVerdict]) -> Review:
    review.save(force_insert=True)
    for verdict in verdicts:
        verdict.review = review
    ReefVerdict.objects.bulk_create(verdicts)
    return review


def _third_person(reply: Reply, act: Act) -> None:
    if act.by is None or act.by.pk in {reply.author_id, reply.reviewer_id, reply.inspector_id}:
        raise OwnReply("您写过、审核过或放行过这条回复，要由别的质检员复核。")
    if reply.unit_id in actor_of(act.by, at=act.at).tree_unit_ids:
        raise OwnReply("这是您本单位系统的回复，要由别的质检员复核。")


def _complete(findings: Collection[str], agreed: Collection[str], refuted: Mapping[str, str]) -> None:
    if set(agreed) & set(refuted) or set(agreed) | set(refuted) != set(findings):
        raise Refused("请对每一条判断都选“同意”或“不同意”。")
    for code, reason in refuted.items():
        if not reason.strip():
            raise Refused("不同意的，请写明理由。", field=f"reason_{code}")


def _verdict(finding: Mapping[str, str], *, said: int, reason: str = "") -> ReefVerdict:
    judged = int(finding["severity"])
    return ReefVerdict(
        code=finding["code"], judged=judged, said=said, span=finding["span"], reason=reason.strip()[:300]
    )


def _missed(missed: Missed, reply: Reply, findings: Collection[str]) -> ReefVerdict:
    if missed.code not in REEFS or missed.weight == Weight.NONE:
        raise Refused("请选择漏判的是哪一类问题、有多重。", field="missed_code")
    if missed.code in findings:
        raise Refused("系统已经指出这一类问题，请在上面同意或不同意。", field="missed_code")
    if missed.span not in reply.body:
        raise Refused("引用的话要和回复原文一字不差。", field="missed_span")
    if not missed.reason.strip():
        raise Refused("请写明为什么这是漏判。", field="missed_reason")
    return ReefVerdict(
        code=missed.code, judged=Weight.NONE, said=missed.weight, span=missed.span, reason=missed.reason.strip()[:300]
    )
