"""Sampling: a tenth of each unit and column, every risk, each once, and the same whoever draws it."""

from collections import Counter
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from tests.cast import MORNING, fresh
from tests.quality.conftest import DENIAL, HOLLOW, answer

from huixiang.cases.models import Case, Reply
from huixiang.followup.actions import reopening
from huixiang.jobs.delivering import deliver
from huixiang.quality import judging
from huixiang.quality.actions import sampling
from huixiang.quality.models import Sample, SampleDraw, SampleReason

DECEMBER = MORNING.replace(month=12, day=1, hour=2)


def whys():
    return dict(Sample.objects.values_list("reply_id", "why"))


def test_at_least_a_tenth_of_each_unit_and_column():
    strata = [(n, n % 3, "voice" if n % 2 else "leader") for n in range(600)]
    sizes, drawn = Counter(row[1:] for row in strata), sampling.share("2026-11", strata)
    per_stratum = Counter(row[1:] for row in strata if row[0] in drawn)
    assert all(per_stratum[key] * 10 >= size for key, size in sizes.items())
    assert len(drawn) == 60, "and no more than that"


@pytest.mark.parametrize(("size", "drawn"), [(1, 1), (10, 1), (11, 2), (95, 10)])
def test_a_small_stratum_is_rounded_up(size, drawn):
    assert len(sampling.share("2026-11", [(n, 1, "voice") for n in range(size)])) == drawn


def test_small_strata_are_drawn_now_and_then_and_never_below_a_tenth():
    seen, drawn = 0, 0
    for month in range(1, 13):
        rows = [(month * 100 + n, 1, "voice") for n in range(3)]
        drawn += len(sampling.share(f"2026-{month:02}", rows, {(1, "voice"): seen}))
        seen += len(rows)
        assert seen / 10 <= drawn < seen / 10 + 1


def test_the_draw_depends_on_reply_and_month_alone():
    rows = [(n, 1, "voice") for n in range(300)]
    first = sampling.share("2026-11", rows)
    assert first == sampling.share("2026-11", reversed(rows))
    assert first != sampling.share("2026-12", rows)
    assert first != set(range(30)), "the earliest are not the ones that are looked at"


@pytest.mark.parametrize(
    ("body", "change", "why"),
    [
        (HOLLOW, {"lane": "urgent"}, SampleReason.SAFETY),
        (DENIAL, {}, SampleReason.DENIAL),
        ("您好，经核实，小区供水设备质量合格，已通过验收，请不要以讹传讹。", {}, SampleReason.DENIAL),
        (HOLLOW, {}, None),
    ],
)
def test_denials_and_safety_are_sampled_as_soon_as_they_are_out(town, body, change, why):
    reply = answer(town, body)
    Case.objects.filter(pk=reply.case_id).update(**change)
    Sample.objects.all().delete()
    while deliver(at=MORNING + timedelta(hours=4)):
        pass
    assert whys() == ({reply.pk: why} if why else {})


def test_a_repeated_case_is_sampled(town):
    case = answer(town).case
    reopening.reopen(fresh(case), town.act("小满", MORNING + timedelta(days=1)), reason="还是没有水")
    from huixiang.cases.actions import accepting

    later = MORNING + timedelta(days=2)
    again = accepting.accept(fresh(case), town.act("承办人", later, "承办人", "住建局"))
    town.published(again, at=later)
    while deliver(at=later):
        pass
    assert set(whys().values()) == {SampleReason.REPEAT}


def test_a_month_is_drawn_once_when_it_is_over(town):
    replies = [answer(town) for _ in range(11)]
    assert sampling.draw_due(at=MORNING) == 0 and not SampleDraw.objects.exists(), "November is not over"
    assert sampling.draw_due(at=DECEMBER) == 1
    expected = sampling.share("2026-11", ((r.pk, r.unit_id, "voice") for r in replies))
    assert set(whys()) == expected
    assert sampling.draw_due(at=DECEMBER) == 0 and sampling.draw("2026-11", at=DECEMBER) == 0
    assert (SampleDraw.objects.get().population, Sample.objects.count()) == (11, 2)


def test_the_months_of_a_year_are_counted_together(town):
    for month in (9, 10, 11):
        answer(town, at=MORNING.replace(month=month))
    assert sampling.draw_due(at=DECEMBER) == 3
    assert list(SampleDraw.objects.order_by("period").values_list("sampled", flat=True)) == [1, 0, 0]


def test_a_draw_takes_every_risk_that_no_event_had_told_of(town):
    answer(town)
    denied = answer(town, DENIAL)
    sampling.draw("2026-11", at=DECEMBER)
    assert whys()[denied.pk] == SampleReason.DENIAL


def test_a_month_that_no_loop_saw_end_is_still_drawn(town):
    answer(town)
    assert sampling.draw_due(at=DECEMBER + timedelta(days=70)) == 3
    assert list(SampleDraw.objects.values_list("period", "sampled")) == [("2027-01", 0), ("2026-12", 0), ("2026-11", 1)]


def test_history_and_acknowledgements_are_not_sampled(town):
    old = answer(town, DENIAL)
    Case.objects.filter(pk=old.case_id).update(is_historical=True)
    case = town.handling()
    town.published(case, kind="ack", body="您的留言已经收到，您反映的情况是否属实我们会核查，不属实也会说明。")
    for reply in Reply.objects.select_related("case"):
        assert not sampling.note(reply, at=DECEMBER)
    sampling.draw("2026-11", at=DECEMBER)
    assert not Sample.objects.exists()


def test_a_reply_is_sampled_once(town):
    reply = answer(town, DENIAL)
    sampling.note(reply, at=MORNING)
    sampling.note(reply, at=DECEMBER)
    sampling.draw("2026-11", at=DECEMBER)
    assert Sample.objects.get().drawn_at == MORNING
    with pytest.raises(IntegrityError), transaction.atomic():
        Sample.objects.create(reply=reply, period="2026-12", why="share", drawn_at=DECEMBER)


def test_sampled_replies_are_judged_and_one_that_cannot_be_says_so(town, monkeypatch):
    fine, odd = answer(town, DENIAL), answer(town, DENIAL)
    for reply in (fine, odd):
        sampling.note(reply, at=MORNING)
    judge = judging.judge

    def breaks(message, draft, **rest):
        if message.at.date() != MORNING.date():
            raise ZeroDivisionError("odd")
        return judge(message, draft, **rest)

    Case.objects.filter(pk=odd.case_id).update(submitted_at=MORNING - timedelta(days=9))
    monkeypatch.setattr(judging, "judge", breaks)
    assert sampling.judge_waiting(at=DECEMBER) == 2 and sampling.judge_waiting(at=DECEMBER) == 0
    assert Sample.objects.get(reply=fine).opinion.send_back
    assert "odd" in Sample.objects.get(reply=odd).error
