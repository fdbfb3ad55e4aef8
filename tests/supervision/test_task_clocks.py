"""What a leader asked of a unit, and what a supporting unit has to do, runs by a clock of its own and is told of."""

from datetime import date, datetime, timedelta

import pytest
from tests.cast import MORNING, fresh

from huixiang.accounts.roles import Role
from huixiang.cases.actions import accepting, assigning, pausing
from huixiang.cases.models import Assignment, Case
from huixiang.jobs import delivering
from huixiang.notices.models import Channel, Notice
from huixiang.rules.calendar import CHINA
from huixiang.supervision import watching
from huixiang.supervision.actions import instructing
from huixiang.supervision.models import InstructionTask, SupervisionStep
from huixiang.units.access import actor_of
from huixiang.units.models import Membership
from huixiang.workbench.queues import waiting

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LAB = pausing.Waited(institution="省质检院")
DUE = datetime(2026, 11, 20, 17, 0, tzinfo=CHINA)


def instructed(town, case, unit="供水公司", due=DUE):
    task = instructing.Task(town.units[unit], "查清水泵为什么停", due)
    instructing.instruct(case, town.act("领导"), text="请立即解决。", tasks=[task])
    return InstructionTask.objects.latest("pk")


def clocks(case, kind, at=MORNING):
    return [c for c in watching.look_at(fresh(case), at).clocks if c.kind == kind]


def alerts(case, kind):
    rows = fresh(case).alerts.filter(clock=kind).order_by("moment")
    return list(rows.values_list("rung", "unit__short_name", "due_at"))


def told(kind_words):
    rows = Notice.objects.filter(channel=Channel.IN_APP, subject__startswith=kind_words)
    return [(n.user.username, n.url) for n in rows.select_related("user")]


def deliver():
    while delivering.deliver(at=MORNING + 60 * DAY):
        pass


def test_task_of_an_instruction_runs_to_the_day_the_leader_named_until_it_is_reported_back(town):
    case = town.handling()
    task = instructed(town, case)
    [clock] = clocks(case, "instruction")
    assert (clock.key, clock.due_at, clock.is_running) == (str(task.pk), DUE, True)
    instructing.report_back(task, town.act("供水承办人", MORNING + HOUR, unit="供水公司"), feedback="电机烧坏，已换。")
    [clock] = clocks(case, "instruction")
    assert clock.stopped_at == MORNING + HOUR


def test_watch_warns_the_unit_of_the_task_once_at_yellow_and_once_at_red(town):
    case = town.handling()
    task = instructed(town, case)
    deliver()
    for at in (DUE - HOUR, DUE - HOUR, DUE + HOUR, DUE + HOUR):
        watching.sweep(at=at)
        wake(case)
        deliver()
    assert alerts(case, "instruction") == [("yellow", "供水公司", DUE), ("red", "供水公司", DUE)]
    own = [url for who, url in told("批示任务") if who == "供水承办人"]
    assert own == [f"/desk/tasks/#task-{task.pk}"] * 2
    assert "督办员" in {who for who, _ in told("批示任务")}
    assert "承办人" not in {who for who, _ in told("批示任务")}


def wake(case):
    """Wakes the watch once more, as a second loop would."""
    Case.objects.filter(pk=case.pk).update(look_again_at=MORNING)


def test_task_asks_for_no_call_to_the_unit_that_has_the_lead(town):
    case = town.published(town.handling(), kind="initial", next_report_on=(MORNING + 40 * DAY).date())
    instructed(town, case)
    watching.sweep(at=DUE + HOUR)
    assert not SupervisionStep.objects.filter(case=case, alert__clock="instruction").exists()


def test_reported_task_is_not_warned_of(town):
    case = town.handling()
    instructing.report_back(instructed(town, case), town.act("供水承办人"), feedback="已换水泵。")
    watching.sweep(at=DUE + DAY)
    assert alerts(case, "instruction") == []


def test_supporting_unit_has_a_clock_of_its_own_and_is_warned_by_it(town):
    case = town.handling(kind="complaint", supporting=["供水公司"])
    task = Assignment.objects.get(case=case, role="supporting")
    [clock] = clocks(case, "support")
    assert (clock.key, clock.due_at) == (str(task.pk), task.due_at)
    watching.sweep(at=task.due_at + HOUR)
    assert [(rung, unit) for rung, unit, _ in alerts(case, "support")] == [("yellow", "供水公司"), ("red", "供水公司")]
    deliver()
    assert "供水承办人" in {who for who, _ in told("协办任务")}
    assert "承办人" not in {who for who, _ in told("协办任务")}


def test_unit_added_later_has_as_long_from_then_on(town):
    case = town.handling()
    task = assigning.add_support(case, town.units["供水公司"], town.act("交办员", MORNING + DAY), task="查水压")
    [clock] = clocks(case, "support", MORNING + DAY)
    assert (clock.started_at, clock.due_at) == (MORNING + DAY, task.due_at)


@pytest.mark.parametrize("end", ["finished", "answered"])
def test_supporting_clock_ends_with_its_task_or_with_the_answer(town, end):
    case = town.handling(supporting=["供水公司"])
    task = Assignment.objects.get(case=case, role="supporting")
    if end == "finished":
        accepting.accept_support(task, town.act("供水承办人"))
        assigning.finish_task(task, town.act("供水承办人"), result="水压正常")
    else:
        town.published(case)
    assert [c.is_running for c in clocks(case, "support")] == [False]


def test_paused_case_pauses_its_supporting_units(town):
    case = town.handling(supporting=["供水公司"])
    pausing.pause(
        case,
        town.act("交办员"),
        reason="expertise",
        explanation="等检测报告",
        expected_on=date(2027, 1, 20),
        waited=LAB,
    )
    assert [c.is_running for c in clocks(case, "support")] == [False]
    watching.sweep(at=MORNING + 30 * DAY)
    assert alerts(case, "support") == []


def queue(town, who):
    return waiting(actor_of(town.people[who], at=MORNING), MORNING).get("instructed", [])


def test_task_waits_on_the_desk_of_its_unit_until_it_is_reported_back(town):
    case = town.handling(visibility="private")
    task = instructed(town, case)
    assert [(e.row_id, e.due_at) for e in queue(town, "供水承办人")] == [(task.pk, DUE)]
    assert queue(town, "雨花承办人") == queue(town, "督办员") == []
    instructing.report_back(task, town.act("供水承办人"), feedback="已换水泵。")
    assert queue(town, "供水承办人") == []


def test_desk_shows_the_task_and_nothing_of_a_case_that_the_unit_may_not_open(town, client, monkeypatch):
    monkeypatch.setattr("huixiang.units.middleware.timezone.now", lambda: MORNING)
    case = town.handling(visibility="private", title="不公开的标题")
    task = instructed(town, case)
    client.force_login(town.people["供水承办人"])
    for url in ("/desk/", "/desk/obligations/"):
        page = client.get(url).content.decode()
        assert "查清水泵为什么停" in page and f"/desk/tasks/#task-{task.pk}" in page
        assert "不公开的标题" not in page and case.number not in page


def test_accused_unit_has_no_task_on_its_desk(town):
    case = town.handling()
    instructed(town, case)
    case.accused_units.add(town.units["供水公司"])
    assert queue(town, "供水承办人") == []


def test_desk_needs_as_many_statements_for_five_tasks(town, client, statements, monkeypatch):
    monkeypatch.setattr("huixiang.units.middleware.timezone.now", lambda: MORNING)
    Membership.objects.create(user=town.people["供水承办人"], role=Role.UNIT_HEAD, unit=town.units["供水公司"])
    client.force_login(town.people["供水承办人"])
    instructed(town, town.handling())
    few = statements(client, "/desk/")
    for _ in range(4):
        instructed(town, town.handling())
    assert statements(client, "/desk/") == few
