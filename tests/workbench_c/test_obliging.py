"""What a unit owes: its own tasks, orders, promises and what supervision is about to do, and nobody else's."""

from datetime import timedelta

import pytest
from tests.cast import MORNING, STAFF
from tests.workbench_c.conftest import DAY

from huixiang.supervision.actions import instructing, ordering

URL = "/desk/obligations/"
UNITS = {"承办人", "供水承办人", "审核人", "负责人", "雨花承办人"}


def shown(page):
    lists = ("orders", "tasks", "promises", "steps", "told")
    return {name: len(page.context[name]) for name in lists}


def test_page_opens_for_units_alone(desk):
    assert {who for who in [s[0] for s in STAFF] if desk(who).get(URL).status_code == 200} == UNITS


def test_unit_sees_all_it_owes_and_other_units_nothing(town, desk, late):
    case, other = late(), late()
    act = town.act("督办员", case.due_at + DAY, "督办员")
    order = ordering.issue(case, act, region=town.regions["岳麓区"], reason="首次回应超时", demands="三天内答复")
    task = instructing.Task(town.units["住建局"], "三天内恢复供水", case.due_at + 3 * DAY)
    instructing.instruct(order.case, town.act("领导", case.due_at), text="请立即解决。", tasks=[task])
    page = desk("承办人").get(URL)
    assert shown(page) == {"orders": 1, "tasks": 2, "promises": 0, "steps": 1, "told": 1}
    assert [(one["case"], len(one["acts"])) for one in page.context["steps"]] == [(other, 2)]
    words = page.content.decode()
    assert order.number in words and "三天内恢复供水" in words and "电话催办" in words and "请立即解决" not in words
    assert set(shown(desk("雨花承办人").get(URL)).values()) == {0}
    assert set(shown(desk("供水承办人").get(URL)).values()) == {0}


def test_acts_asked_for_on_one_case_stand_in_one_line_the_gravest_first(desk, late):
    case, other = late(by=12 * DAY), late()
    lines = {line["case"].number: line for line in desk("承办人").get(URL).context["steps"]}
    assert set(lines) == {case.number, other.number}
    assert lines[case.number]["acts"] == ["定期查办", "书面督办", "电话催办"][-len(lines[case.number]["acts"]) :]
    assert len(lines[case.number]["acts"]) == case.supervision_steps.filter(state="asked").count() >= 1
    assert lines[case.number]["why"].endswith("超时")


def test_tasks_come_soonest_first(town, desk):
    later = town.handling()
    sooner = town.assigned()
    numbers = [row["case"].number for row in desk("承办人").get(URL).context["tasks"]]
    assert numbers == [c.number for c in sorted([later, sooner], key=lambda c: c.due_at)]


def test_promises_and_days_of_the_next_word_are_owed_until_kept(town, desk):
    promised = town.published(town.handling(), promise="换新水泵", promise_due_on=(MORNING + timedelta(days=9)).date())
    said = town.published(town.handling(), kind="initial")
    found = {p["case"].number: p["words"] for p in desk("承办人").get(URL).context["promises"]}
    assert found == {promised.number: "换新水泵", said.number: "再次答复留言人"}
    town.published(said)
    assert [p["case"].number for p in desk("承办人").get(URL).context["promises"]] == [promised.number]


def test_report_against_the_unit_itself_is_not_owed_by_it(town, desk, late):
    case = late()
    case.accused_units.add(town.units["住建局"])
    assert set(shown(desk("承办人").get(URL)).values()) == {0}


@pytest.mark.parametrize("who", ["承办人"])
def test_page_needs_as_many_statements_for_many(town, desk, late, statements, who):
    late()
    few = statements(desk(who), URL)
    for _ in range(6):
        late()
    assert statements(desk(who), URL) == few
