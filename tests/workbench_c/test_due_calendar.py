"""The calendar of due times: every clock, order and task that runs, a number per kind, and what a day holds."""

from datetime import timedelta

import pytest
from django.urls import reverse
from tests.cast import MORNING
from tests.workbench_c.conftest import DAY, HOUR

from huixiang.cases.actions import accepting, assigning, pausing, publishing
from huixiang.rules.calendar import CHINA
from huixiang.supervision.actions import controlling, instructing, ordering

URL = "/desk/supervision/calendar/"
UNTIL, LAB = (MORNING + 9 * DAY).date(), pausing.Waited(institution="省质检院")
KINDS = {"case", "control", "promise", "approval", "order", "task", "support"}


def counts(page):
    """Day -> kind -> number, of what is not nothing."""
    cells = {cell["day"]: dict(+cell["counts"]) for week in page.context["weeks"] for cell in week}
    return {day: kinds for day, kinds in cells.items() if kinds}


def here(moment):
    return moment.astimezone(CHINA).date()


def urgent(town):
    case = assigning.assign(town.approved(urgency="urgent"), town.units["住建局"], town.act("交办员"))
    return accepting.accept(case, town.act("承办人"))


def furnish(town):
    """One due thing of each kind on its day."""
    far = MORNING + 6 * DAY
    town.published(town.handling(), promise="换新水泵", promise_due_on=far.date())
    case = urgent(town)
    publishing.publish_first(town.drafted(case, kind="initial", next_report_on=far.date()), town.act("承办人"))
    order = ordering.issue(
        town.handling(supporting=["供水公司"]), town.act("督办员"), region=town.regions["岳麓区"], reason="超时",
        demands="三天内答复",
    )  # fmt: skip
    task = instructing.Task(town.units["住建局"], "三天内恢复供水", far)
    instructing.instruct(order.case, town.act("领导"), text="请立即解决。", tasks=[task])
    return case, order, far


def test_every_kind_is_counted_on_its_own_day(town, desk):
    case, order, far = furnish(town)
    found = counts(desk("督办员").get(URL))
    assert {kind for kinds in found.values() for kind in kinds} == KINDS
    assert found[far.date()]["promise"] == 2
    assert found[here(order.due_at)]["order"] == 1
    assert found[MORNING.date()]["control"] == 1
    assert found[here(MORNING + DAY)]["approval"] == 1


def test_instruction_task_is_counted_for_its_leader_and_the_oversight_alone(town, desk):
    *_, far = furnish(town)
    seen = {who: counts(desk(who).get(URL))[far.date()].get("task", 0) for who in ("领导", "督办员", "召集人")}
    assert seen == {"领导": 1, "督办员": 1, "召集人": 0}


def test_what_is_done_is_counted_no_more(town, desk):
    case, order, far = furnish(town)
    ordering.answer(order, town.act("负责人"), text="今天已更换水泵。")
    instructing.report_back(order.case.instructions.get().tasks.get(), town.act("负责人"), feedback="已恢复供水。")
    publishing.approve_after(case.replies.get(), town.act("审核人"))
    controlling.log_control(case, town.act("承办人"), what="17时拉警戒线、专人值守")
    found = counts(desk("督办员").get(URL))
    assert {kind for kinds in found.values() for kind in kinds} == {"case", "promise", "support"}


def test_paused_case_is_due_on_no_day(town, desk):
    case = town.published(town.handling(), kind="initial", next_report_on=(MORNING + 40 * DAY).date())
    assert [k for k in counts(desk("督办员").get(URL)).values() if "case" in k]
    pausing.pause(case, town.act("交办员"), reason="expertise", explanation="等检测报告", expected_on=UNTIL, waited=LAB)
    assert not [k for k in counts(desk("督办员").get(URL)).values() if "case" in k]


def test_promise_is_counted_once_and_not_again_as_its_case(town, desk):
    day = (MORNING + 5 * DAY).date()
    town.published(town.handling(), promise="换新水泵", promise_due_on=day)
    assert counts(desk("督办员").get(URL))[day] == {"promise": 1}


def test_day_lists_what_is_due_with_its_words(town, desk):
    case, order, far = furnish(town)
    page = desk("督办员").get(URL, {"day": str(far.date())})
    titles = {title: len(lines) for title, lines in page.context["sections"]}
    assert titles == {"答应留言人的事": 2, "领导批示任务": 1}
    words = page.content.decode()
    assert "换新水泵" in words and "再次答复留言人" in words and "三天内恢复供水" in words
    page = desk("督办员").get(URL, {"day": str(here(order.due_at))})
    assert reverse("desk:order", args=[order.pk]) in page.content.decode()


def test_due_times_are_counted_by_day_in_words(town, desk):
    one, two = town.assigned(), town.assigned()
    day = here(one.due_at)
    page = desk("督办员").get(URL, {"month": f"{day:%Y-%m}", "day": str(day)})
    assert counts(page) == {day: {"case": 2}}
    [(_, lines)] = page.context["sections"]
    assert {line.case.number for line in lines} == {one.number, two.number}
    assert f"{day.month}月{day.day}日到期：留言2件" in page.content.decode()


def test_full_day_is_counted_only_so_far(town, desk, monkeypatch):
    monkeypatch.setattr("huixiang.workbench.falling_due.DAY_CAP", 2)
    for _ in range(3):
        case = town.assigned()
    page = desk("督办员").get(URL, {"month": f"{case.due_at:%Y-%m}"})
    assert "留言1+件" in page.content.decode()


@pytest.mark.parametrize("query", ["", f"?day={(MORNING + timedelta(days=6)).date()}"])
def test_page_needs_as_many_statements_for_three_of_each_kind(town, desk, clock, statements, query):
    furnish(town)
    clock(MORNING + HOUR)
    few = statements(desk("督办员"), URL + query)
    furnish(town)
    furnish(town)
    assert statements(desk("督办员"), URL + query) == few
