"""Standards on the desk: who reads and who sets them, what a new figure would mean, and what is refused."""

import re
from datetime import date, datetime

import pytest

from huixiang.cases.deadlines import general
from huixiang.rules.calendar import CHINA
from huixiang.rules.clocks import ClockKind
from huixiang.units.models import ServiceStandard

URL = "/desk/standards/change/"


@pytest.fixture
def admin(desk, today):
    return desk("系统管理员")


def form(**changes):
    return {
        "region": "430104", "clock": "answer", "lane": "", "kind": "complaint", "column": "", "value": "5",
        "unit": "working_days", "warning": "days", "warning_value": "1", "source": "岳政办发〔2026〕3号",
        "effective_from": "2026-12-01", **changes,
    }  # fmt: skip


def preview(browser, **changes):
    return browser.post(URL, {**form(**changes), "do": "preview"})


def token_of(answer):
    return re.search(r'name="seen_effect" value="([^"]+)"', answer.content.decode()).group(1)


def save(browser, **changes):
    token = token_of(preview(browser, **changes))
    return browser.post(URL, {**form(**changes), "do": "save", "seen_effect": token})


def days_on(day, region="430104"):
    return general("complaint", day, region=region).standard(ClockKind.ANSWER, "standard").span.days


def at(month, day):
    return datetime(2026, month, day, 17, 0, tzinfo=CHINA)


def test_preview_shows_both_due_times_as_counted_by_hand(town, admin):
    answer = preview(admin)
    rows = {row.at.astimezone(CHINA).strftime("%m-%d"): (row.old, row.new) for row in answer.context["rows"]}
    # Friday 25 September 2026 is itself off; 1–7 October are off, Saturday 10 October is worked.
    assert rows["09-25"] == (at(10, 12), at(10, 9))
    assert rows["09-30"] == (at(10, 15), at(10, 13))
    assert rows["10-10"] == (at(10, 20), at(10, 16))
    # Sunday 4 January is worked; the Spring Festival is off from 15 to 23 February, Saturday 28 February is worked.
    assert rows["01-04"] == (at(1, 13), at(1, 9))
    assert rows["02-16"] == (at(3, 3), at(2, 28))
    words = answer.content.decode()
    assert "10月9日（周五）17:00前" in words and "10月12日（周一）17:00前" in words
    assert not ServiceStandard.objects.filter(region_code="430104").exists()


def test_preview_of_open_hours_carries_over_the_night(town, admin):
    rows = preview(admin, clock="first_word", kind="", value="3", unit="open_hours", warning="").context["rows"]
    found = {row.at.astimezone(CHINA).strftime("%m-%d"): (row.old, row.new) for row in rows}
    # 17:40 plus five open hours is past 22:00: forty minutes are left for the next morning.
    assert found["09-25"] == (
        datetime(2026, 9, 26, 7, 40, tzinfo=CHINA),
        datetime(2026, 9, 25, 20, 40, tzinfo=CHINA),
    )


def test_figure_counts_from_its_day_and_old_row_only_ends(town, admin):
    assert save(admin).status_code == 302
    assert [days_on(date(2026, 11, 30)), days_on(date(2026, 12, 1)), days_on(date(2026, 12, 1), "430111")] == [7, 5, 7]
    row = ServiceStandard.objects.get(region_code="430104")
    assert row.created_by == town.people["系统管理员"] and row.yellow_days == 1
    assert save(admin, value="3", effective_from="2027-01-01").status_code == 302
    row.refresh_from_db()
    assert (row.span["value"], row.effective_to) == (5, date(2027, 1, 1))


def test_nothing_is_saved_unseen_or_changed_after_the_look(town, admin):
    assert admin.post(URL, {**form(), "do": "save"}).status_code == 200
    token = token_of(preview(admin))
    answer = admin.post(URL, {**form(value="9"), "do": "save", "seen_effect": token})
    assert "内容改过了" in answer.content.decode()
    assert not ServiceStandard.objects.filter(region_code="430104").exists()


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"value": "-1"}, "value", "时长要大于0"),
        ({"value": "2.5"}, "value", "请填整数天"),
        ({"value": "很久"}, "value", "时长的格式不对"),
        ({"unit": "fortnights"}, "unit", "单位里没有这一项"),
        ({"region": "99"}, "region", "地区里没有这一项"),
        ({"clock": "lunch"}, "clock", "时限里没有这一项"),
        ({"source": " "}, "source", "请填写依据"),
        ({"effective_from": "2026-11-24"}, "effective_from", "最早从2026年11月25日起"),
        ({"effective_from": "2026-13-01"}, "effective_from", "格式不对"),
        ({"warning_value": ""}, "warning_value", "请填写黄灯的数值"),
        ({"warning_value": "61"}, "warning_value", "最多提前60个工作日"),
        ({"warning": "share", "warning_value": "0"}, "warning_value", "不能小于1"),
    ],
)
def test_bad_figure_is_refused_beside_its_field_and_kept_in_the_form(town, admin, change, field, words):
    town.submit()
    before = ServiceStandard.objects.count()
    answer = preview(admin, **change)
    assert answer.status_code == 422
    assert re.search(words, "".join(answer.context["form"].errors[field]))
    assert "岳政办发〔2026〕3号" in answer.content.decode() or field == "source"
    assert ServiceStandard.objects.count() == before and days_on(date(2026, 12, 1)) == 7


def test_overlapping_figure_is_refused_and_a_pending_one_can_be_taken_back(town, admin):
    save(admin, effective_from="2027-01-01")
    answer = preview(admin, value="3")
    assert answer.status_code == 422 and "2027年1月1日起已经定了另一条" in answer.content.decode()
    pending = ServiceStandard.objects.get(region_code="430104")
    admin.post(f"/desk/standards/{pending.pk}/withdraw/")
    assert preview(admin, value="3").status_code == 200


def test_county_shows_what_is_its_own_and_what_comes_from_the_province(town, admin, desk, today):
    save(admin)
    today(2026, 12, 2)
    admin = desk("系统管理员")
    groups = dict(admin.get("/desk/standards/", {"region": "430104"}).context["groups"])
    lines = {(line.scope, line.origin): line for line in groups["正式答复"]}
    own, above = lines["投诉", "本地区另定"], lines["投诉", "湖南省"]
    assert (own.limit, own.above, own.is_covered) == ("5个工作日", "7个工作日", False)
    assert above.is_covered and not lines["求助", "湖南省"].is_covered
    words = admin.get("/desk/standards/", {"region": "430104"}).content.decode()
    assert "岳政办发〔2026〕3号" in words and "舟山市网络问政办理规则" in words and "docs/sources.md" not in words


def test_general_county_figure_covers_the_columns_of_the_province(town, admin, desk, today):
    save(admin, kind="")
    today(2026, 12, 2)
    admin = desk("系统管理员")
    groups = dict(admin.get("/desk/standards/", {"region": "430104"}).context["groups"])
    covered = {line.scope: line.is_covered for line in groups["正式答复"] if line.origin == "湖南省"}
    assert covered["消费维权"] and not covered["紧急通道"]


def test_own_figure_can_end_and_the_province_holds_again(town, admin, desk, today):
    save(admin)
    today(2026, 12, 2)
    admin = desk("系统管理员")
    url = f"/desk/standards/{ServiceStandard.objects.get(region_code='430104').pk}/end/"
    looked = admin.post(url, {"on": "2026-12-10", "do": "preview"})
    rows = {row.at.astimezone(CHINA).strftime("%m-%d"): (row.old, row.new) for row in looked.context["rows"]}
    assert rows["09-25"] == (at(10, 9), at(10, 12))
    assert admin.post(url, {"on": "2026-12-10", "do": "save"}).status_code == 302
    assert [days_on(date(2026, 12, 9)), days_on(date(2026, 12, 10))] == [5, 7]


def test_figure_of_the_province_cannot_simply_end(town, admin):
    town.submit()
    sign = ServiceStandard.objects.get(region_code="43", clock="sign", lane="")
    answer = admin.post(f"/desk/standards/{sign.pk}/end/", {"on": "2026-12-10", "do": "save"})
    assert answer.status_code == 422 and "就没有时限了" in answer.content.decode()
    sign.refresh_from_db()
    assert sign.effective_to is None


@pytest.mark.parametrize(
    ("who", "own", "other"),
    [
        ("系统管理员", 200, 200),
        ("交办员", 200, 404),
        ("督办员", 200, 404),
        ("承办人", 403, 403),
        ("安全管理员", 403, 403),
    ],
)
def test_standards_are_read_by_those_who_answer_for_the_region(desk, today, who, own, other):
    browser = desk(who)
    answers = [browser.get("/desk/standards/", {"region": code}).status_code for code in ("430104", "430111")]
    assert answers == [own, other]


@pytest.mark.parametrize("who", ["交办员", "督办员", "负责人", "安全管理员", "审计管理员", "陌生人"])
def test_only_the_system_administrator_changes_anything(town, desk, today, who):
    browser, row = desk(who), ServiceStandard.objects.get(region_code="43", clock="sign", lane="")
    answers = [
        browser.get(URL), browser.post(URL, {**form(), "do": "save"}),
        browser.post(f"/desk/standards/{row.pk}/end/", {"on": "2026-12-10", "do": "save"}),
        browser.post(f"/desk/standards/{row.pk}/withdraw/"), browser.post("/desk/calendar/2027/", {"do": "save"}),
    ]  # fmt: skip
    assert [answer.status_code for answer in answers] == [403] * 5
    assert URL not in browser.get("/desk/standards/").content.decode()


def test_list_costs_the_same_with_many_rows(town, admin, statements):
    save(admin)
    before = statements(admin, "/desk/standards/?region=430104")
    for n, kind in enumerate(["help", "consult", "suggest"]):
        save(admin, kind=kind, value=str(n + 2))
    assert statements(admin, "/desk/standards/?region=430104") <= before + 1
