"""Reviewing a sampled reply: by a third person, once, a word on each finding; and what training gets of it."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from tests.cast import MORNING
from tests.quality.conftest import DENIAL, HOLLOW, SOUND, answer

from huixiang.accounts.models import User
from huixiang.accounts.roles import Role
from huixiang.cases.models import Case, Reply
from huixiang.cases.refusals import Refused
from huixiang.nlp.training.corpus import rows
from huixiang.nlp.training.reefs import example_of, rarity_of
from huixiang.quality import access
from huixiang.quality.actions import reviewing, sampling
from huixiang.quality.actions.reviewing import Missed
from huixiang.quality.models import ReefVerdict, Review, Sample, SampleReason, Weight
from huixiang.units.access import actor_of
from huixiang.units.models import Membership

NOON = MORNING + timedelta(days=3)


@pytest.fixture
def other(town):
    """An inspector who passed none of the replies."""
    return inspector(town, "另一质检员")


def inspector(town, name, unit=None):
    user = town.people[name] = User.objects.create_staff(name, "a long test password", name)
    Membership.objects.create(user=user, role=Role.QUALITY_INSPECTOR, region=town.regions["湖南省"])
    if unit:
        Membership.objects.create(user=user, role=Role.HANDLER, unit=town.units[unit])
    return user


def sampled(town, body=HOLLOW, **message):
    reply = answer(town, body, **message)
    Sample.objects.create(reply=reply, period="2026-11", why=SampleReason.SHARE, drawn_at=NOON)
    sampling.judge_waiting(at=NOON)
    return Sample.objects.get(reply=reply)


def codes(sample):
    return [finding["code"] for finding in sample.opinion.findings]


def review(town, sample, who="另一质检员", **given):
    given = {"agreed": codes(sample), "refuted": {}, **given}
    return reviewing.review(sample, town.act(who, NOON, "质检员"), **given)


def seen(town, who):
    return list(access.waiting(actor_of(town.people[who], at=NOON)))


def test_agreeing_keeps_both_words(town, other):
    sample = sampled(town)
    done = review(town, sample)
    assert [(v.code, v.judged, v.said) for v in done.verdicts.all()] == [
        (f["code"], f["severity"], f["severity"]) for f in sample.opinion.findings
    ]
    assert codes(sample), "the hollow reply has findings"


def test_disagreeing_needs_a_reason(town, other):
    sample = sampled(town)
    with pytest.raises(Refused) as refusal:
        review(town, sample, agreed=[], refuted=dict.fromkeys(codes(sample), " "))
    assert refusal.value.field.startswith("reason_") and not Review.objects.exists()
    review(town, sample, agreed=[], refuted=dict.fromkeys(codes(sample), "已写明经办人和日期"))
    assert set(ReefVerdict.objects.values_list("said", flat=True)) == {Weight.NONE}


@pytest.mark.parametrize("given", [{"agreed": []}, {"agreed": ["evasion"], "refuted": {}}])
def test_each_finding_wants_a_word(town, other, given):
    sample = sampled(town)
    with pytest.raises(Refused):
        review(town, sample, **given)


def test_a_missed_reef_quotes_the_reply(town, other):
    sample = sampled(town, SOUND)
    span = "今后每月检查一次"
    review(town, sample, missed=Missed("hasty_promise", Weight.WARN, span, "没有写由谁检查"))
    verdict = ReefVerdict.objects.get(code="hasty_promise")
    assert (verdict.judged, verdict.said, verdict.span) == (Weight.NONE, Weight.WARN, span)


@pytest.mark.parametrize(
    ("missed", "field"),
    [
        (Missed("hasty_promise", Weight.WARN, "没有这句话", "理由"), "missed_span"),
        (Missed("hasty_promise", Weight.WARN, "", " "), "missed_reason"),
        (Missed("laziness", Weight.WARN, "", "理由"), "missed_code"),
        (Missed("hasty_promise", Weight.NONE, "", "理由"), "missed_code"),
    ],
)
def test_a_missed_reef_that_cannot_be_is_refused(town, other, missed, field):
    sample = sampled(town, SOUND)
    with pytest.raises(Refused) as refusal:
        review(town, sample, missed=missed)
    assert refusal.value.field == field and not Review.objects.exists()


def test_what_was_found_is_not_also_missed(town, other):
    sample = sampled(town)
    with pytest.raises(Refused):
        review(town, sample, missed=Missed(codes(sample)[0], Weight.WARN, "", "理由"))


def test_the_second_reviewer_comes_too_late(town, other):
    sample = sampled(town)
    inspector(town, "第三质检员")
    review(town, sample)
    with pytest.raises(reviewing.AlreadyReviewed):
        review(town, sample, "第三质检员")
    assert Review.objects.count() == 1


@pytest.mark.parametrize("part", ["author", "reviewer", "inspector"])
def test_nobody_reviews_what_they_wrote_or_passed(town, other, part):
    sample = sampled(town)
    blank = {"author": None, "reviewer": None, "inspector": None}
    Reply.objects.filter(pk=sample.reply_id).update(**{**blank, part: other})
    sample = Sample.objects.get(pk=sample.pk)
    assert seen(town, "另一质检员") == []
    with pytest.raises(reviewing.OwnReply):
        review(town, sample)


@pytest.mark.parametrize("unit", ["住建局", "区政府"])
def test_nobody_reviews_a_reply_of_their_own_units(town, unit):
    inspector(town, "住建质检员", unit)
    sample = sampled(town)
    assert seen(town, "住建质检员") == []
    with pytest.raises(reviewing.OwnReply):
        review(town, sample, "住建质检员")


def test_an_inspector_sees_what_waits_and_a_stranger_nothing(town, other):
    sample = sampled(town)
    assert seen(town, "另一质检员") == [sample]
    assert all(seen(town, who) == [] for who in ("质检员", "承办人", "督办员", "分析员", "陌生人"))
    review(town, sample)
    assert seen(town, "另一质检员") == []


# -- what training gets ----------------------------------------------------------------------------------------------


def exported(tmp_path):
    out = tmp_path / "reef_examples.jsonl"
    call_command("export_verdicts", str(out), stdout=StringIO())
    return rows(tmp_path, "reef_examples")


def test_training_reads_what_was_exported(town, other, tmp_path):
    bad, good = sampled(town), sampled(town, SOUND)
    review(town, bad)
    review(town, good)
    found = exported(tmp_path)
    graves = [f["code"] for f in bad.opinion.findings if f["severity"] == 2]
    assert [row["label"] for row in found] == [1, 0]
    assert {found[0]["reef"], *found[0]["also"]} == set(graves)
    assert all(cue in found[0]["reply"] for cue in found[0]["cues"])
    rarity = rarity_of([{"title": "水", "detail": "没有水"}])
    assert [bool(any(example_of(row, rarity).reefs.values())) for row in found] == [True, False]


def test_a_refuted_finding_becomes_a_good_example(town, other, tmp_path):
    sample = sampled(town)
    review(town, sample, agreed=[], refuted=dict.fromkeys(codes(sample), "有经办人"))
    (row,) = exported(tmp_path)
    assert (row["label"], row["also"]) == (0, []) and row["refuted"] == codes(sample)


def test_only_a_warning_is_neither_good_nor_bad(town, other, tmp_path):
    sample = sampled(town, SOUND)
    review(town, sample, missed=Missed("evasion", Weight.WARN, "", "没有写明时间"))
    assert exported(tmp_path) == []


def test_exports_are_masked_and_public_only(town, other, tmp_path):
    text = f"{HOLLOW}联系人王建国，电话13712345678。"
    public, private = sampled(town, text), sampled(town, text)
    Case.objects.filter(pk=private.reply.case_id).update(visibility="private", public_at=None)
    review(town, public)
    review(town, private)
    (row,) = exported(tmp_path)
    said = json.dumps(row, ensure_ascii=False)
    assert "13712345678" not in said and "王建国" not in said and row["id"] == f"verdict-{public.pk}"


def test_export_writes_lines_to_standard_output(town, other):
    review(town, sampled(town, DENIAL))
    out = StringIO()
    call_command("export_verdicts", stdout=out)
    assert json.loads(out.getvalue())["label"] == 1


def test_export_into_nowhere_says_so(town, tmp_path):
    with pytest.raises(CommandError, match="cannot write"):
        call_command("export_verdicts", str(tmp_path / "no" / "where"))
