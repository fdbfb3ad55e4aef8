"""Promises: confirmed while writing, open from publication on, watched by their own clocks, kept with evidence."""

from datetime import date, timedelta

import pytest
from tests.cast import MORNING, fresh

from huixiang.cases.actions import accepting, promising, publishing, replying
from huixiang.cases.actions.promising import Promised
from huixiang.cases.choices import CLOCK_LABELS
from huixiang.cases.gate_choices import CommitmentState
from huixiang.cases.models import CaseEvent, Commitment
from huixiang.cases.refusals import Refused
from huixiang.followup.actions import rating, reopening
from huixiang.followup.models import SCORES
from huixiang.rules.clocks import ClockKind
from huixiang.rules.lifecycle import State, Step
from huixiang.supervision import watching
from huixiang.supervision.models import Alert

METER = "11月25日前公布水压记录"
PUMP = "12月5日前换好第二台水泵"
TEXT = f"经现场查看，是二次加压泵的电机烧坏，已先接临时泵。我局{METER}，物业公司{PUMP}，由物业科现场验收。"
FIRST, SECOND = date(2026, 11, 25), date(2026, 12, 5)
DAY = timedelta(days=1)


def promised(town, *promises, kind="final"):
    """A published reply with these promises confirmed."""
    act = town.act("承办人", unit="住建局")
    details = {"claimed_resolution": "partly"} if kind == "final" else {"next_report_on": FIRST}
    draft = replying.draft(town.handling(), town.units["住建局"], kind, act, body=TEXT)
    draft = replying.save(
        draft, act, body=TEXT, details=replying.Details(**details), seen_version=1, promised=promises
    )  # fmt: skip
    reply = replying.pass_review(replying.send_to_review(draft, act), town.act("审核人"))
    return publishing.publish(reply, town.act("质检员"))


def running(case, at):
    return {c.key: c.due_at for c in watching.look_at(case, at).clocks if c.is_running and c.kind == "commitment"}


def test_confirmed_promises_run_from_publication_each_by_its_own_clock(town):
    case = promised(town, Promised(METER, FIRST), Promised(PUMP, SECOND))
    rows = list(Commitment.objects.open().filter(case=case))
    assert [(c.what, c.due_on, c.unit) for c in rows] == [
        (METER, FIRST, town.units["住建局"]), (PUMP, SECOND, town.units["住建局"])
    ]  # fmt: skip
    assert case.state == State.TRACKING
    assert case.due_at.date() == FIRST
    assert set(running(case, MORNING)) == {f"commitment:{c.pk}" for c in rows}


def test_promise_shows_its_place_in_the_published_text(town):
    one = promised(town, Promised(METER, FIRST)).commitments.get()
    assert one.reply.body[one.start : one.end] == METER


def test_declined_promise_is_remembered_but_never_public(town):
    case = promised(town, Promised(METER, FIRST, is_tracked=False))
    assert case.state == State.AWAITING_RATING
    assert not Commitment.objects.filter(case=case).exists()


def test_words_that_the_text_lost_are_not_promised(town):
    assert not promised(town, Promised("明天就把整条街都修好", FIRST)).commitments.exists()


def test_day_in_the_past_cannot_be_promised(town):
    with pytest.raises(Refused, match="早于今天"):
        promised(town, Promised(METER, MORNING.date() - DAY))


def test_keeping_one_leaves_the_other_running_and_the_last_asks_for_a_rating(town):
    case = promised(town, Promised(METER, FIRST), Promised(PUMP, SECOND))
    first, second = Commitment.objects.open().filter(case=case)
    case = promising.keep_one(first, town.act("负责人", MORNING + DAY), evidence="记录已贴在公告栏，照片2张")
    assert (case.state, case.due_at.date()) == (State.TRACKING, SECOND)
    assert set(running(case, MORNING + DAY)) == {f"commitment:{second.pk}"}
    case = promising.keep_one(second, town.act("负责人", MORNING + 2 * DAY), evidence="12月1日验收，验收单附后")
    assert (case.state, running(case, MORNING + 2 * DAY)) == (State.AWAITING_RATING, {})
    steps = CaseEvent.objects.filter(case=case).order_by("seq").values_list("step", "is_public")
    assert list(steps)[-2:] == [(Step.KEEP_ONE, True), (Step.KEEP_PROMISE, True)]


def test_promise_is_not_kept_twice_nor_without_evidence(town):
    one = promised(town, Promised(METER, FIRST)).commitments.get()
    with pytest.raises(Refused, match="凭据"):
        promising.keep_one(one, town.act("负责人"), evidence=" ")
    promising.keep_one(one, town.act("负责人"), evidence="记录已公布")
    with pytest.raises(Refused, match="已兑现"):
        promising.keep_one(one, town.act("负责人"), evidence="又报告一次")


def test_watch_alerts_a_broken_promise(town):
    case = promised(town, Promised(METER, FIRST))
    watching.sweep(at=MORNING + 9 * DAY)
    alerts = Alert.objects.filter(case=case, clock=ClockKind.COMMITMENT)
    assert {a.key for a in alerts} == {f"commitment:{case.commitments.get().pk}"}
    assert CLOCK_LABELS[ClockKind.COMMITMENT] == "承诺兑现"


def test_interim_promise_still_open_at_the_final_answer_keeps_the_case_tracked(town):
    case = promised(town, Promised(METER, FIRST), kind="progress")
    assert case.state == State.HANDLING
    case = town.published(fresh(case))
    assert (case.state, case.due_at.date()) == (State.TRACKING, FIRST)


def test_promise_outlives_reopening(town):
    case = promised(town, Promised(PUMP, SECOND))
    case = reopening.reopen(case, town.act("督办员", MORNING + DAY), reason="临时泵又停了，水还是上不来")
    assert set(running(case, MORNING + DAY)) == {f"commitment:{case.commitments.get().pk}"}
    case = accepting.accept(case, town.act("承办人", MORNING + DAY, unit="住建局"))
    assert town.published(case, at=MORNING + 2 * DAY).state == State.TRACKING


@pytest.fixture
def broken(town):
    """A case that waits for its rating while a promise of a later correction is broken."""
    case = town.answered()
    act = town.act("承办人", unit="住建局")
    draft = replying.draft(case, town.units["住建局"], "correction", act, body=TEXT, corrects=case.replies.get())
    draft = replying.save(
        draft, act, body=TEXT, details=replying.Details(), seen_version=1, promised=[Promised(METER, FIRST)]
    )  # fmt: skip
    reply = replying.pass_review(replying.send_to_review(draft, act), town.act("审核人"))
    return publishing.publish(reply, town.act("质检员"))


def test_case_is_not_closed_by_silence_while_a_promise_is_broken(broken):
    watching.sweep(at=MORNING + 60 * DAY)
    assert fresh(broken).state == State.AWAITING_RATING
    assert fresh(broken).look_again_at == MORNING + 61 * DAY


def test_citizen_is_told_why_a_case_with_a_broken_promise_is_not_closed(town, broken):
    with pytest.raises(Refused, match=METER):
        rating.rate(
            broken, town.act("小满", MORNING + 9 * DAY), outcome="resolved", scores=dict.fromkeys(SCORES, 5)
        )  # fmt: skip


def test_discarded_draft_leaves_no_promise(town):
    act = town.act("承办人", unit="住建局")
    draft = town.drafted(town.handling(), body=TEXT)
    promising.confirm(draft, [Promised(METER, FIRST)], act)
    assert draft.commitments.get().state == CommitmentState.CONFIRMED
    replying.discard(draft, act)
    assert not draft.commitments.exists()
