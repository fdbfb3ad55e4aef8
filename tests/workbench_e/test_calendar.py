"""The calendar on the desk: read, corrected with its effect shown first, asked for when the next year is missing."""

import re
from datetime import date, datetime

import pytest
from django.core.exceptions import ValidationError
from tests.cast import MORNING, fresh

from huixiang.cases.models import Case
from huixiang.rules.calendar import CHINA
from huixiang.supervision import watching
from huixiang.units.actions import keeping_calendar
from huixiang.units.models import CalendarYear
from huixiang.workbench.forms_e import read_days

MISSING = "工作日历里还没有2027年的放假安排"


@pytest.fixture
def admin(desk, today):
    return desk("系统管理员")


def form(**changes):
    table = keeping_calendar.tables()[2026]
    return {
        "rest": "\n".join(table["rest"]), "workdays": "\n".join(table["workdays"]), "source": "国办发明电〔2025〕7号",
        **changes,
    }  # fmt: skip


def token_of(answer):
    return re.search(r'name="seen_effect" value="([^"]+)"', answer.content.decode()).group(1)


def save(browser, year=2026, **changes):
    token = token_of(browser.post(f"/desk/calendar/{year}/", {**form(**changes), "do": "preview"}))
    return browser.post(f"/desk/calendar/{year}/", {**form(**changes), "do": "save", "seen_effect": token})


def with_friday_off():
    return form()["rest"] + "\n11月20日"


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("2026-10-01", ["10-01"]),
        ("10月1日至7日", ["10-01", "10-02", "10-05", "10-06", "10-07"]),
        ("10月1日 至 10月2日，10月5日", ["10-01", "10-02", "10-05"]),
        ("2026年10月1日～2026年10月5日", ["10-01", "10-02", "10-05"]),
        ("10-1、10.2", ["10-01", "10-02"]),
    ],
)
def test_days_are_read_as_notices_write_them(text, days):
    assert [d.isoformat()[5:] for d in read_days(text, 2026, weekends=False)] == days


@pytest.mark.parametrize("text", ["国庆", "2026-13-01", "10月7日至1日", "2月30日", "10"])
def test_days_that_are_none_are_refused(text):
    with pytest.raises(ValidationError):
        read_days(text, 2026, weekends=False)


def test_months_show_days_off_and_worked_weekends(town, admin):
    months = dict(admin.get("/desk/calendar/", {"year": "2026"}).context["months"])
    october = {day.number: day.mark for week in months[10] for day in week if day}
    assert [n for n, mark in october.items() if mark == "休"] == [1, 2, 5, 6, 7]
    assert [n for n, mark in october.items() if mark == "班"] == [10]
    assert len(october) == 31 and months[10][0][:3] == [None, None, None]


def test_effect_is_shown_before_and_cases_move_only_after_saving(town, admin):
    case = town.handling(kind="complaint")
    town.handling(kind="consult")
    looked = admin.post("/desk/calendar/2026/", {**form(rest=with_friday_off()), "do": "preview"})
    effect = looked.context["effect"]
    assert (effect.looked_at, effect.moved) == (2, 2)
    moves = {m.number: (m.before, m.after) for m in effect.examples if m.clock == "answer"}
    # Seven working days after Wednesday 18 November: Friday the 27th, and over the weekend the Monday after it.
    assert moves[case.number] == tuple(datetime(2026, 11, d, 17, tzinfo=CHINA) for d in (27, 30))
    assert "2026-11-20" not in CalendarYear.objects.get(year=2026).rest
    assert save(admin, rest=with_friday_off()).status_code == 302
    assert Case.objects.filter(look_again_at__isnull=False).count() == 2
    watching.sweep(at=MORNING.replace(day=24, hour=11))
    assert fresh(case).answer_due_at == datetime(2026, 11, 30, 17, tzinfo=CHINA)


def test_unchanged_year_moves_nothing(town, admin):
    town.handling()
    effect = admin.post("/desk/calendar/2026/", {**form(), "do": "preview"}).context["effect"]
    assert (effect.looked_at, effect.moved, effect.examples) == (1, 0, [])


def test_form_shows_a_saved_year_so_that_it_can_be_read_back(town, admin):
    words = admin.get("/desk/calendar/2026/").context["form"].initial["rest"]
    assert "10月1日至10月7日" in words and "2月16日至2月23日" in words
    kept = set(keeping_calendar.tables()[2026]["rest"])
    assert {d.isoformat() for d in read_days(words, 2026, weekends=False)} == kept


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"rest": "2026-10-03"}, "rest", "是周末"),
        ({"workdays": "2026-10-12"}, "workdays", "是周一至周五"),
        ({"rest": "2025-10-01"}, "rest", "不在2026年"),
        ({"rest": "国庆七天"}, "rest", "看不懂"),
        ({"rest": ""}, "rest", "请填写放假的日子"),
        ({"source": ""}, "source", "请填写依据"),
    ],
)
def test_bad_year_is_refused_beside_its_field_and_the_old_one_stays(town, admin, change, field, words):
    before = keeping_calendar.tables()[2026]
    answer = admin.post("/desk/calendar/2026/", {**form(**change), "do": "save"})
    assert answer.status_code == 422 and words in "".join(answer.context["form"].errors[field])
    assert keeping_calendar.tables()[2026] == before


def test_year_is_saved_only_as_it_was_seen(town, admin):
    token = token_of(admin.post("/desk/calendar/2026/", {**form(), "do": "preview"}))
    answer = admin.post("/desk/calendar/2026/", {**form(rest=with_friday_off()), "do": "save", "seen_effect": token})
    assert "内容改过了" in answer.content.decode()
    assert "2026-11-20" not in keeping_calendar.tables()[2026]["rest"]


@pytest.mark.parametrize("url", ["/desk/calendar/?year=26", "/desk/calendar/?year=abcd", "/desk/calendar/1800/"])
def test_year_that_is_none_is_not_found(town, admin, url):
    assert admin.get(url).status_code == 404


@pytest.mark.parametrize(
    ("day", "who", "is_shown"),
    [
        ((2026, 11, 1), "系统管理员", False),
        ((2026, 11, 2), "系统管理员", True),
        ((2026, 11, 2), "督办员", True),
        ((2026, 11, 2), "承办人", False),
        ((2027, 1, 5), "督办员", True),
    ],
)
def test_missing_year_is_asked_for_sixty_days_before_it_begins(desk, today, day, who, is_shown):
    today(*day)
    assert (MISSING in desk(who).get("/desk/").content.decode()) is is_shown


def test_entered_year_ends_the_warning(town, admin):
    assert MISSING in admin.get("/desk/").content.decode()
    assert save(admin, 2027, rest="1月1日，2月5日至2月11日", workdays="2月14日").status_code == 302
    assert MISSING not in admin.get("/desk/").content.decode()
    assert date(2027, 2, 8).isoformat() in keeping_calendar.tables()[2027]["rest"]


def test_due_time_in_a_year_without_a_table_is_marked_provisional(town, desk, today):
    late = datetime(2026, 12, 28, 9, 0, tzinfo=CHINA)
    case = town.handling(kind="complaint", at=late)
    today(2026, 12, 28)
    page = f"/desk/cases/{case.number}/"
    assert "暂定：次年放假安排未公布" in desk("承办人").get(page).content.decode()
    save(desk("系统管理员"), 2027, rest="1月1日", workdays="")
    assert "暂定：次年放假安排未公布" not in desk("承办人").get(page).content.decode()


@pytest.mark.parametrize(("who", "status"), [("督办员", 200), ("交办员", 200), ("承办人", 403), ("审计管理员", 403)])
def test_calendar_is_read_by_those_who_answer_for_clocks(town, desk, today, who, status):
    assert desk(who).get("/desk/calendar/").status_code == status
