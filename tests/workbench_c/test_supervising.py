"""The supervision desk: what is late by unit and rung, the one next act of each case, calls, lists, calendar, XLSX."""

from io import BytesIO

import pytest
from openpyxl import load_workbook
from tests.cast import MORNING, STAFF, fresh
from tests.workbench_c.conftest import DAY, HOUR

from huixiang.supervision import watching
from huixiang.supervision.models import Finding, SupervisionStep

URL = "/desk/supervision/"
WATCHERS = {"督办员", "交办员", "领导", "召集人"}


def rows(page):
    return {row.case.number: row for row in page.context["rows"]}


@pytest.mark.parametrize("url", [URL, URL + "calendar/", URL + "export.xlsx"])
def test_desk_opens_for_those_who_watch_over_a_region(desk, url):
    opens = {who for who in [s[0] for s in STAFF] + ["陌生人"] if desk(who).get(url).status_code == 200}
    assert opens == WATCHERS


def test_each_case_has_the_one_next_act_of_its_gravest_rung(town, desk, late):
    black = late(by=12 * DAY)
    red = late(at=MORNING + 12 * DAY)
    found = rows(desk("督办员").get(URL))
    assert [found[c.number].next_act for c in (black, red)] == ["列入查办", "发督办函"]
    assert list(found) == [black.number, red.number]


def test_yellow_case_is_called_about_and_red_one_gets_an_order(town, desk, late):
    case = late()
    row = rows(desk("督办员").get(URL))[case.number]
    assert (row.rung, row.next_act) == ("red", "发督办函")
    SupervisionStep.objects.filter(case=case, means="written").update(state="void")
    page = desk("督办员").get(URL)
    assert rows(page)[case.number].next_act == "电话催办"
    assert "和谁通了话" in page.content.decode()


def test_answered_case_leaves_the_desk(town, desk, late, clock):
    case = late()
    at = case.due_at + 2 * HOUR
    town.published(case, at=at)
    watching.sweep(at=at + HOUR)
    clock(at + HOUR)
    assert rows(desk("督办员").get(URL)) == {}


def test_units_are_counted_by_rung_and_filters_narrow_the_list(town, desk, late):
    one = late()
    other = late(unit="供水公司")
    page = desk("督办员").get(URL)
    counted = {u["name"]: (u["yellow"], u["red"], u["black"]) for u in page.context["units"]}
    assert counted == {town.units["住建局"].name: (0, 1, 0), town.units["供水公司"].name: (0, 1, 0)}
    assert page.context["totals"]["red"] == 2

    def numbers(**filters):
        return set(rows(desk("督办员").get(URL, filters)))

    assert numbers(unit=town.units["住建局"].pk) == {one.number}
    assert numbers(what="red") == numbers(clock="first_word") == numbers(act="written") == {one.number, other.number}
    assert numbers(region="430104") == {one.number, other.number}
    assert numbers(what="black") == numbers(act="phone") == numbers(clock="answer") == set()


def test_what_turned_yellow_today_is_told_apart_from_yesterday(town, desk, clock):
    case = town.handling(kind="complaint")
    look = watching.look_at(case, MORNING)
    yellow = look.next_at
    watching.sweep(at=yellow)
    clock(yellow)
    assert rows(desk("督办员").get(URL, {"what": "today"}))[case.number].rung == "yellow"
    clock(yellow + DAY)
    assert rows(desk("督办员").get(URL, {"what": "today"})) == {}


def test_senseless_filters_say_so_and_show_everything(desk, late):
    case = late()
    page = desk("督办员").get(URL, {"what": "purple", "unit": "1 OR 1=1"})
    assert page.status_code == 422 and case.number in rows(page)


def test_other_regions_and_reports_never_show(town, desk, late):
    late(region="雨花区", unit="雨花住建局")
    watching.sweep(at=MORNING + 90 * DAY)
    report = town.assigned(kind="report")
    watching.sweep(at=MORNING + 90 * DAY)
    assert rows(desk("督办员").get(URL)) == rows(desk("领导").get(URL)) == {}
    assert report.number in rows(desk("交办员").get(URL))


def test_call_is_recorded_with_who_answered_what(town, desk, late):
    case = late()
    step = SupervisionStep.objects.get(case=case, means="phone")
    answer = desk("督办员").post(f"{URL}steps/{step.pk}/call/", {"spoken_with": "住建局值班室", "answer": "明早到场"})
    assert answer.status_code == 302
    step.refresh_from_db()
    assert (step.state, step.done_by) == ("done", town.people["督办员"])
    assert "住建局值班室答：明早到场" in desk("督办员").get(URL).content.decode()
    event = fresh(case).events.latest("seq")
    assert event.actor_role == "督办员" and event.data["spoken_with"] == "住建局值班室"


def test_what_a_call_lacks_is_told_in_its_open_form_alone(town, desk, clock):
    _, case = town.handling(kind="complaint"), town.handling(kind="complaint")
    yellow = watching.look_at(case, MORNING).next_at
    watching.sweep(at=yellow)
    clock(yellow)
    step = SupervisionStep.objects.get(case=case, means="phone")
    answer = desk("督办员").post(f"{URL}steps/{step.pk}/call/", {"spoken_with": "住建局值班室", "answer": ""})
    words = answer.content.decode()
    opened = words[words.index('class="act-call no-print" open') :].split("</details>")[0]
    assert (
        "请写明对方怎么答复" in opened
        and "住建局值班室" in opened
        and f'call/#call-{step.pk}"' in opened
        and f'id="call-{step.pk}" tabindex' in opened
    )
    assert words.count('class="act-call') == 2 and words.count("data-focus") == 1


@pytest.mark.parametrize(("hours", "act"), [(1, "待发督办函"), (24 * 12, "待列入查办")])
def test_print_says_the_next_act_where_its_button_is_left_out(desk, late, hours, act):
    late(by=hours * HOUR)
    words = desk("督办员").get(URL).content.decode()
    assert f'<span class="print-only">{act}</span>' in words


def test_incomplete_call_keeps_what_was_typed(town, desk, late):
    case = late()
    SupervisionStep.objects.filter(case=case, means="written").update(state="void")
    step = SupervisionStep.objects.get(case=case, means="phone")
    page = desk("督办员").post(f"{URL}steps/{step.pk}/call/", {"spoken_with": "值班室老王", "answer": ""})
    words = page.content.decode()
    assert page.status_code == 422 and "值班室老王" in words and "请写明对方怎么答复" in words


def test_second_caller_is_told_and_loses_no_words(town, desk, late):
    case = late()
    step = SupervisionStep.objects.get(case=case, means="phone")
    form = {"spoken_with": "值班室", "answer": "马上办"}
    desk("督办员").post(f"{URL}steps/{step.pk}/call/", form)
    page = desk("交办员").post(f"{URL}steps/{step.pk}/call/", {**form, "spoken_with": "分管局长"})
    words = page.content.decode()
    assert page.status_code == 422 and "已经有人办过" in words and "分管局长" in words


@pytest.mark.parametrize("who", ["领导", "召集人", "承办人", "雨花承办人"])
def test_nobody_else_calls_or_lists(desk, late, who):
    case = late()
    step = SupervisionStep.objects.get(case=case, means="phone")
    form = {"spoken_with": "值班室", "answer": "马上办"}
    assert desk(who).post(f"{URL}steps/{step.pk}/call/", form).status_code == 404
    assert desk(who).post(f"{URL}inspect/", {"case": case.number}).status_code in {403, 404}
    assert desk(who).post(f"{URL}orders/bulk/", {"case": case.number, "demands": "办"}).status_code == 403


def test_leader_sees_the_desk_without_a_single_form_that_changes_something(desk, late):
    late(by=12 * DAY)
    words = desk("领导").get(URL).content.decode()
    assert "待列入查办" in words and f'action="{URL}' not in words.replace(f'method="get" action="{URL}', "")


def test_gravest_case_goes_on_the_weekly_inspection_list(town, desk, late):
    case = late(by=12 * DAY)
    assert "已列入" in desk("督办员").post(f"{URL}inspect/", {"case": case.number}, follow=True).content.decode()
    assert Finding.objects.get().case == case
    assert rows(desk("督办员").get(URL))[case.number].next_act == "现场核查"


def test_workbook_holds_the_rows_and_runs_nothing(town, desk, late):
    case = late(title="=HYPERLINK(1)水压太低了")
    plain = late()
    answer = desk("督办员").get(URL + "export.xlsx")
    sheet = load_workbook(BytesIO(answer.content)).active
    table = list(sheet.iter_rows(values_only=True))
    assert table[0][:4] == ("亮灯", "单位", "编号", "标题")
    assert {line[2] for line in table[1:]} == {case.number, plain.number}
    assert sheet.auto_filter.ref == "A1:J3"
    due = next(line[6] for line in table[1:] if line[2] == case.number)
    assert due == fresh(case).alerts.latest("moment").due_at.astimezone(MORNING.tzinfo).replace(tzinfo=None)
    assert sheet["G2"].is_date and sheet["G2"].number_format == "yyyy-mm-dd hh:mm"
    [title] = [cell for cell in sheet["D"] if str(cell.value).startswith("=")]
    assert title.data_type == "s" and title.quotePrefix


def test_workbook_follows_the_filters_of_the_page(desk, late):
    late()
    answer = desk("督办员").get(URL + "export.xlsx", {"what": "black"})
    assert load_workbook(BytesIO(answer.content)).active.max_row == 1


@pytest.mark.parametrize("month", ["2026-13", "9999-12", "x", ""])
def test_calendar_of_no_month_is_this_month(desk, month):
    page = desk("督办员").get(URL + "calendar/", {"month": month})
    assert page.status_code == 200 and page.context["month"].month == MORNING.month


@pytest.mark.parametrize("url", [URL, URL + "calendar/?day=2026-11-20", URL + "export.xlsx"])
def test_pages_need_as_many_statements_for_two_as_for_twelve(desk, late, statements, url):
    for _ in range(2):
        late()
    few = statements(desk("督办员"), url)
    for _ in range(10):
        late()
    assert statements(desk("督办员"), url) == few


def test_desk_names_what_will_turn_yellow_later_today_and_drops_it_once_it_did(town, desk, clock):
    case = town.handling(kind="complaint")
    watching.sweep(at=MORNING)
    clock(MORNING + HOUR)
    [coming] = desk("督办员").get(URL).context["coming"]
    assert (coming.case, coming.clock, coming.moment) == (case, "首次回应", MORNING + 3 * HOUR)
    assert desk("督办员").get(URL + "?what=red").context["coming"] == []
    watching.sweep(at=MORNING + 3 * HOUR)
    clock(MORNING + 3 * HOUR)
    page = desk("督办员").get(URL)
    assert page.context["coming"] == [] and page.context["totals"]["today"] == 1


def test_what_turns_yellow_tomorrow_or_in_another_region_is_not_announced(town, desk, clock):
    town.handling(kind="complaint", at=MORNING + 12 * HOUR)
    watching.sweep(at=MORNING + 12 * HOUR)
    clock(MORNING + 12 * HOUR)
    assert desk("督办员").get(URL).context["coming"] == []
