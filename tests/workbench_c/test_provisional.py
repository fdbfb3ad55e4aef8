"""Due times in a year whose holidays are not announced say so; dates that somebody named, and plain hours, do not."""

from datetime import date, timedelta

import pytest
from tests.cast import MORNING, fresh

from huixiang.cases.deadlines import deadlines_for
from huixiang.cases.models import Case
from huixiang.rules.calendar import WorkingCalendar
from huixiang.rules.clocks import Happening, clocks_of, is_provisional
from huixiang.rules.lifecycle import Step
from huixiang.supervision.actions import ordering
from huixiang.units.actions import keeping_calendar
from huixiang.units.models import CalendarYear

MARK = "暂定"
# The last working days of the year: what is counted in working days ends in the next one.
LATE_IN_THE_YEAR = MORNING.replace(month=12, day=30)


@pytest.fixture
def unannounced(town):
    CalendarYear.objects.filter(year=LATE_IN_THE_YEAR.year + 1).delete()


def test_case_page_marks_every_due_time_counted_into_the_unknown_year(town, desk, clock, unannounced):
    case = town.handling(kind="complaint", at=LATE_IN_THE_YEAR)
    clock(LATE_IN_THE_YEAR + timedelta(hours=1))
    page = desk("承办人").get(f"/desk/cases/{case.number}/")
    lines = {line.label: line.is_provisional for line in page.context["running_clocks"]}
    assert lines == {"首次回应": False, "正式答复": True}
    assert page.content.decode().count(MARK) >= 2


def test_order_into_the_unknown_year_is_marked_and_one_within_this_year_is_not(town, desk, clock, unannounced):
    case = town.handling(kind="complaint", at=LATE_IN_THE_YEAR)
    for at, is_marked in ((MORNING, False), (LATE_IN_THE_YEAR + timedelta(days=1), True)):
        order = ordering.issue(
            fresh(case),
            town.act("督办员", at),
            region=town.regions["岳麓区"],
            reason="超时未答复",
            demands="三日内答复",
        )
        clock(at)
        page = desk("督办员").get(f"/desk/supervision/orders/{order.pk}/").content.decode()
        head = page[page.index('class="case-head-marks"') : page.index("<h1>")]
        assert (MARK in head) is is_marked


def test_named_dates_and_plain_hours_are_never_provisional(town):
    case, none = town.handling(kind="complaint", at=LATE_IN_THE_YEAR), WorkingCalendar({})
    at, named = LATE_IN_THE_YEAR, date(LATE_IN_THE_YEAR.year + 1, 1, 20)
    happened = [
        Happening(Step.ACCEPT, at),
        Happening(Step.EXTEND, at, {"extended_to": named.isoformat()}),
        Happening(Step.CHANGE_LANE, at, {"lane": "urgent"}),
    ]
    calendar = none.provisional(*range(at.year - 1, at.year + 3))
    found = {c.kind: is_provisional(c, none) for c in clocks_of(happened, deadlines_for(case).standard, calendar)}
    assert found["answer"] is False and found["safety_control"] is False


def test_inbox_and_list_mark_what_is_counted_into_the_unknown_year_and_no_plain_hours(town, desk, clock, unannounced):
    case = town.handling(kind="complaint", at=LATE_IN_THE_YEAR)
    town.published(fresh(case), kind="initial", at=LATE_IN_THE_YEAR + timedelta(minutes=30))
    clock(LATE_IN_THE_YEAR + timedelta(hours=1))
    for url in ("/desk/", "/desk/search/"):
        page = desk("承办人").get(url).content.decode()
        row = page[page.index('class="light') :].split("</tr>")[0]
        assert MARK in row, url
    Case.objects.filter(pk=case.pk).update(lane="urgent")
    assert MARK not in desk("承办人").get("/desk/").content.decode()


@pytest.mark.parametrize("is_known", [False, True])
def test_public_page_and_the_authors_page_say_that_an_answer_is_due_provisionally(town, client, clock, is_known):
    if is_known:
        year = LATE_IN_THE_YEAR.year + 1
        keeping_calendar.save_year(year, rest=[f"{year}-01-01"], workdays=[], source="国办通知", by=None)
    case = town.handling(kind="complaint", at=LATE_IN_THE_YEAR)
    clock(LATE_IN_THE_YEAR + timedelta(hours=1))
    Case.objects.filter(pk=case.pk).update(due_at=fresh(case).answer_due_at)
    words = client.get(f"/cases/{case.number}/").content.decode()
    assert "还没有答复" in words and (f"（{MARK}：次年放假安排未公布）" in words) is not is_known
    client.force_login(town.people["小满"])
    assert (MARK in client.get(f"/mine/{case.number}/").content.decode()) is not is_known
