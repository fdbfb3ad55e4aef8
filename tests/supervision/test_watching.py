"""The watch: each rung once, each act asked for, nothing for cases that have ended, silence closing by itself."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection
from tests.cast import MORNING, build_town, fresh

from huixiang.cases import ledger
from huixiang.cases.actions import assigning, pausing, replying, withdrawing
from huixiang.cases.choices import Lane
from huixiang.cases.models import Case, CaseEvent
from huixiang.followup.actions import rating, reopening
from huixiang.followup.models import SCORES
from huixiang.jobs.saying import why_untrue
from huixiang.moderation.actions import reviewing
from huixiang.rules.calendar import CHINA
from huixiang.rules.lifecycle import State, Step
from huixiang.supervision import watching
from huixiang.supervision.models import Alert, SupervisionStep

DAY = timedelta(days=1)
FIRST_TEXT = "您反映的水压问题我们已经派人到现场查看，正在查找原因，11月21日前把查看的情况在这里告诉您。"


def alerts(case):
    return list(Alert.objects.filter(case=case).order_by("moment").values_list("clock", "rung"))


def steps(case, **only):
    return list(SupervisionStep.objects.filter(case=case, **only).order_by("pk").values_list("means", "state"))


def test_due_times_of_the_case_agree_with_its_clocks(town):
    case = town.handling(kind="complaint")
    clocks = {c.kind: c.due_at for c in watching.look_at(case, MORNING).clocks if c.is_running}
    assert clocks["answer"] == case.answer_due_at
    assert clocks["first_word"] == case.due_at


def test_every_rung_is_recorded_once_however_often_the_loop_runs(town):
    case = town.handling(kind="complaint")
    for day in range(25):
        for _ in range(3):
            watching.sweep(at=MORNING + DAY * day)
    answer = [rung for clock, rung in alerts(case) if clock == "answer"]
    assert answer == ["yellow", "red", "black"]
    warned = CaseEvent.objects.filter(case=case, step=Step.WARN)
    assert warned.count() == Alert.objects.filter(case=case).count()
    assert ledger.verify()[1] is None


def test_draft_that_nobody_outside_has_read_stops_no_warning(town):
    case = town.handling(kind="complaint")
    reply = town.drafted(case, kind="initial")
    watching.sweep(at=MORNING + DAY)
    assert ("first_word", "red") in alerts(case)
    warned = CaseEvent.objects.filter(case=case, step=Step.WARN, data__clock="first_word").last()
    assert why_untrue(warned) == ""
    replying.discard(reply, town.act("承办人", MORNING + DAY, "承办人", "住建局"))
    watching.sweep(at=MORNING + DAY * 8)
    assert ("first_word", "black") in alerts(case)


def test_word_that_is_out_ends_the_warning_about_it(town):
    case = town.handling(kind="complaint")
    watching.sweep(at=MORNING + timedelta(hours=6))
    warned = CaseEvent.objects.filter(case=case, step=Step.WARN, data__clock="first_word").last()
    town.published(case, kind="initial", at=MORNING + timedelta(hours=7), body=FIRST_TEXT)
    assert why_untrue(warned) == "这项时限已经停止"


def test_upgrade_wakes_living_cases_only(town):
    case, ended = town.handling(), town.approved()
    withdrawing.withdraw(ended, town.act("小满"), reason="已经解决")
    Case.objects.update(look_again_at=None)
    import_module("huixiang.cases.migrations.0013_look_again_after_drafts").wake(apps, None)
    assert fresh(case).look_again_at is not None
    assert fresh(ended).look_again_at is None


def test_case_that_was_sent_back_stays_late_and_follows_to_its_next_unit(town):
    case = town.published(town.handling(kind="complaint"), kind="initial", body=FIRST_TEXT)
    due, late = case.answer_due_at, MORNING + DAY * 14
    watching.sweep(at=late)
    assigning.send_back(fresh(case), town.act("负责人", late, "单位负责人", "住建局"), reason="不归我们管")
    watching.sweep(at=late)
    case = fresh(case)
    assert (case.lead_unit, case.answer_due_at, case.due_at) == (None, due, due)
    red = Alert.objects.get(case=case, clock="answer", rung="red")
    assert (red.over_at, red.unit) == (None, town.units["住建局"])
    assigning.assign(case, town.units["供水公司"], town.act("交办员", late + DAY, "交办员"))
    watching.sweep(at=late + DAY)
    red.refresh_from_db()
    assert (red.over_at, red.unit) == (None, town.units["供水公司"])
    asked = SupervisionStep.objects.filter(case=case, state="asked")
    assert set(asked.values_list("unit__short_name", flat=True)) == {"供水公司"}
    assert fresh(case).due_at == due


def test_paused_case_is_looked_at_again_whether_a_day_was_named_or_not(town):
    case = town.handling(kind="complaint")
    said = {"reason": "hearing", "explanation": "区司法局组织听证", "expected_on": date(2026, 11, 25)}
    pausing.pause(case, town.act("交办员", MORNING + DAY), **said)
    watching.sweep(at=MORNING + DAY)
    assert fresh(case).look_again_at == datetime(2026, 11, 24, 17, tzinfo=CHINA)
    old = paused_without_a_day(town)
    watching.sweep(at=MORNING + DAY)
    assert fresh(old).due_at == datetime(2026, 11, 26, 17, tzinfo=CHINA)
    assert fresh(old).look_again_at is not None
    watching.sweep(at=MORNING + DAY * 40)
    for each in (case, old):
        assert [rung for clock, rung in alerts(each) if clock == "pause"] == ["yellow", "red", "black"]
        assert steps(each) == []
        assert fresh(each).look_again_at is not None


def paused_without_a_day(town):
    """As pauses were written down before."""
    case = town.handling(kind="complaint")
    data = {"reason": "expertise", "explanation": "送检"}
    at = MORNING + DAY
    ledger.advance(
        fresh(case), Step.PAUSE, town.act("交办员", at), data=data, pause_reason="expertise", paused_at=at, due_at=None
    )
    return case


def test_outage_delays_a_warning_and_loses_none(town):
    case = town.handling(kind="complaint")
    watching.sweep(at=MORNING + DAY * 40)
    assert [r for c, r in alerts(case) if c == "answer"] == ["yellow", "red", "black"]
    late = Alert.objects.get(case=case, clock="answer", rung="red")
    assert late.moment == case.answer_due_at and late.recorded_at == MORNING + DAY * 40


def test_clock_of_the_machine_set_back_an_hour_doubles_nothing(town):
    case = town.handling(kind="complaint")
    at = MORNING + DAY * 20
    watching.sweep(at=at)
    before = alerts(case)
    Case.objects.filter(pk=case.pk).update(look_again_at=at - timedelta(hours=2))
    watching.sweep(at=at - timedelta(hours=1))
    assert alerts(case) == before


def test_rungs_ask_for_a_call_then_a_letter_then_an_inspection(town):
    case = town.handling(kind="complaint")
    town.published(case, kind="initial", at=MORNING + timedelta(hours=1), next_report_on=(MORNING + DAY * 30).date())
    for day in range(25):
        watching.sweep(at=MORNING + DAY * day)
    assert [m for m, _ in steps(case)] == ["phone", "written", "inspection"]


def test_answered_case_needs_no_call_any_more(town):
    case = town.handling(kind="complaint")
    watching.sweep(at=case.answer_due_at - timedelta(hours=1))
    assert ("phone", "asked") in steps(case)
    town.published(fresh(case), at=case.answer_due_at - timedelta(minutes=30))
    watching.sweep(at=case.answer_due_at)
    assert ("phone", "void") in steps(case) and ("phone", "asked") not in steps(case)


@pytest.mark.parametrize("end", ["withdraw", "merge"])
def test_nothing_is_recorded_for_a_case_that_has_ended(town, end):
    from huixiang.cases.actions import merging

    other = town.approved()
    case = town.approved()
    if end == "withdraw":
        withdrawing.withdraw(case, town.act("小满"))
    else:
        merging.merge(case, other, town.act("交办员"))
    for day in range(30):
        watching.sweep(at=MORNING + DAY * day)
    assert alerts(case) == []
    assert fresh(case).look_again_at is None


def test_danger_that_nobody_controls_becomes_a_written_order_after_two_hours(town):
    case = town.handling()
    assigning.set_lane(case, Lane.URGENT, town.act("交办员"), reason="电线垂落")
    watching.sweep(at=MORNING + timedelta(hours=2, minutes=1))
    assert ("safety_control", "red") in alerts(case)
    assert ("written", "asked") in steps(case)


def test_dissatisfied_twice_asks_for_a_written_order_once(town):
    case, at = town.answered(), MORNING + DAY
    for _ in range(2):
        scores = dict.fromkeys(SCORES, 1)
        rating.rate(case, town.act("小满", at), outcome="unresolved", scores=scores, reason="not_solved")
        case = reopening.reopen(fresh(case), town.act("小满", at), reason="还是没水")
        from huixiang.cases.actions import accepting

        case = town.published(accepting.accept(case, town.act("承办人", at)), at=at)
        at += DAY
    watching.sweep(at=at)
    watching.sweep(at=at)
    assert [m for m, s in steps(case) if s == "asked"] == ["written"]


def test_calendar_edit_wakes_every_open_case_and_moves_its_due_time(town):
    from huixiang.units.actions import keeping_calendar

    case = town.handling(kind="complaint")
    watching.sweep(at=MORNING)
    due = {c.kind: c.due_at for c in watching.look_at(case, MORNING).clocks}["answer"]
    year = keeping_calendar.tables()[2026]
    rest = [*year["rest"], "2026-11-25", "2026-11-26"]
    keeping_calendar.save_year(2026, rest=rest, workdays=year["workdays"], source="国办通知", by=None)
    ledger.wake_all(at=MORNING)
    moved = {c.kind: c.due_at for c in watching.look_at(fresh(case), MORNING).clocks}["answer"]
    # Friday 27 November moves over the weekend and the two new rest days to Tuesday 1 December.
    assert (due.day, moved.day) == (27, 1)
    assert fresh(case).look_again_at == MORNING


def test_silent_case_closes_unrated_after_five_working_days_and_not_before(town):
    case = town.answered()
    watching.sweep(at=MORNING + timedelta(days=6))
    assert fresh(case).state == State.AWAITING_RATING
    for _ in range(2):
        watching.sweep(at=MORNING + timedelta(days=8))
    case = fresh(case)
    assert (case.state, case.resolution, case.ratings.count()) == (State.CLOSED, "unconfirmed", 0)


def test_waking_early_changes_nothing_and_sets_the_true_moment(town):
    case = town.answered()
    watching.sweep(at=MORNING + timedelta(hours=4))
    true_moment = fresh(case).look_again_at
    Case.objects.filter(pk=case.pk).update(look_again_at=MORNING)
    watching.sweep(at=MORNING + timedelta(hours=5))
    assert (fresh(case).state, fresh(case).look_again_at) == (State.AWAITING_RATING, true_moment)
    assert true_moment == datetime(2026, 11, 25, 17, tzinfo=CHINA)


def test_message_without_its_supplement_lapses(town):
    case = town.submit()
    reviewing.take(case, town.act("审核员"))
    reviewing.ask_supplement(fresh(case), town.act("审核员"), question="哪一栋楼？")
    assert watching.sweep(at=MORNING + timedelta(days=9)) == 1
    assert fresh(case).state == State.REJECTED


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_loops_at_once_record_each_due_case_once(transactional_db):
    """1,000 cases due at one moment, two loops racing for them: 1,000 events of the rung."""
    town = build_town()
    template = town.handling(kind="complaint")
    at = template.answer_due_at + timedelta(minutes=1)
    copy_case(template, 999)

    def loop(_):
        try:
            while watching.sweep(at=at, limit=100):
                pass
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as loops:
        list(loops.map(loop, range(2)))
    red = CaseEvent.objects.filter(step=Step.WARN, data__clock="answer", data__rung="red")
    assert red.count() == red.values("case").distinct().count() == 1000
    assert ledger.verify()[1] is None


def copy_case(case, times):
    """The same case again, with a ledger of its own each."""
    from huixiang.cases.models import Assignment

    events = list(case.events.order_by("seq"))
    for n in range(times):
        twin = Case.objects.get(pk=case.pk)
        twin.pk, twin.number, twin.origin_key = None, f"HX-T{n}", f"twin:{n}"
        prev = ""
        chain = []
        for event in events:
            link = CaseEvent.objects.get(pk=event.pk)
            link.pk, link.prev_hash = None, prev
            link.hash = prev = ledger.digest(link, twin.number)
            chain.append(link)
        twin.ledger_head = prev
        twin.save(force_insert=True)
        for link in chain:
            link.case = twin
        CaseEvent.objects.bulk_create(chain)
        Assignment.objects.create(
            case=twin, unit=case.lead_unit, role="lead", state="accepted", assigned_at=case.assigned_at
        )
