"""The full list: what each role finds, filters, kept searches, bulk actions with their report, and the export."""

import csv
import io

import pytest
from django.utils import timezone
from tests.cast import MORNING, fresh

from huixiang.accounts.models import User
from huixiang.accounts.roles import Role
from huixiang.cases import search
from huixiang.cases.actions import assigning
from huixiang.cases.models import Case, SavedFilter
from huixiang.rules.lifecycle import State
from huixiang.units.models import Membership

PHONE = "13812345678"


def found(browser, **filters):
    page = browser.get("/desk/search/", filters)
    assert page.status_code == 200
    return {case.pk for case, *_ in page.context["rows"]}


def test_each_role_finds_its_own_cases_only(town, desk):
    ours, theirs = town.assigned(), town.assigned(region="雨花区", unit="雨花住建局")
    assert found(desk("承办人")) == {ours.pk}
    assert found(desk("雨花承办人")) == {theirs.pk}
    assert found(desk("审核员")) == {ours.pk, theirs.pk}
    assert found(desk("交办员")) == {ours.pk}
    assert found(desk("系统管理员")) == found(desk("陌生人")) == set()


def test_analyst_finds_public_cases_masked_and_no_private_ones(town, desk):
    public = town.approved(body=f"请联系我，电话{PHONE}，谢谢你们帮忙看看水压。")
    town.approved(visibility="private")
    town.approved(kind="report")
    browser = desk("分析员")
    assert found(browser) == {public.pk}
    assert PHONE not in browser.get("/desk/search/").content.decode()
    assert 'name="case"' not in browser.get("/desk/search/").content.decode()


@pytest.mark.parametrize(
    ("filters", "hits"),
    [
        ({"state": ["to_assign", "handling"]}, "ac"),
        ({"state": ["to_assign", "assigned"]}, "abc"),
        ({"state": "assigned"}, "b"),
        ({"column": "consumer"}, "c"),
        ({"kind": "consult"}, "a"),
        ({"region": "430111"}, "c"),
        ({"topic": "housing"}, "b"),
        ({"unit": "岳麓区住房和城乡建设局"}, "b"),
        ({"unit": "住房"}, "b"),
        ({"urgency": "urgent"}, "a"),
        ({"lane": "urgent"}, "a"),
        ({"due": "overdue"}, "abc"),
        ({"due": "none"}, ""),
        ({"q": "健身房"}, "c"),
        ({"since": "2030-01-01"}, ""),
        ({"until": "2026-11-18"}, "abc"),
        ({"task": "lead"}, ""),
        ({"mine": "on"}, "abc"),
    ],
)
def test_filters_narrow_the_list(town, desk, filters, hits):
    cases = {
        "a": town.approved(kind="consult", urgency="urgent"),
        "b": town.assigned(),
        "c": town.approved(region="雨花区", column="consumer", kind="complaint", title="健身房关门不退钱"),
    }
    Case.objects.filter(pk=cases["b"].pk).update(topic_id="housing.water")
    for case in cases.values():
        search.index(case.pk, [case.title, case.body])
    assert found(desk("审核员"), **filters) == {cases[h].pk for h in hits}


def test_number_finds_its_case(town, desk):
    case, _ = town.approved(), town.approved()
    assert found(desk("审核员"), q=case.number.lower()) == {case.pk}


def test_unknown_filter_value_is_said_beside_the_field(town, desk):
    page = desk("审核员").get("/desk/search/", {"since": "2026-12-01", "until": "2026-11-01"})
    assert page.status_code == 422 and "开始日期晚于结束日期" in page.content.decode()


def test_unfinished_replies_of_other_units_are_not_found(town, desk):
    town.drafted(town.handling(supporting=["供水公司"]))
    assert len(found(desk("承办人"), reply="draft")) == 1
    assert found(desk("供水承办人"), reply="draft") == set()


def test_list_is_sorted_as_asked(town, desk):
    old, new = town.approved(), town.approved(at=timezone.now())
    for sort, first in (("submitted", old), ("-submitted", new)):
        page = desk("审核员").get("/desk/search/", {"sort": sort})
        assert page.context["rows"][0][0].pk == first.pk


def test_fifty_stand_on_a_page_and_the_rest_on_the_next(town, desk):
    for _ in range(51):
        town.submit()
    browser = desk("审核员")
    page = browser.get("/desk/search/", {"state": "submitted"})
    assert len(page.context["rows"]) == 50
    rest = browser.get("/desk/search/" + page.context["next_url"])
    assert len(rest.context["rows"]) == 1 and rest.context["next_url"] == ""


def test_filter_is_kept_replaced_and_forgotten(town, desk):
    browser = desk("审核员")
    browser.post("/desk/search/saved/", {"name": "我的超时", "query": "due=overdue&x=1&state=handling"})
    kept = SavedFilter.objects.get()
    assert (kept.user, kept.query) == (town.people["审核员"], "state=handling&due=overdue")
    browser.post("/desk/search/saved/", {"name": "我的超时", "query": "due=today"})
    assert SavedFilter.objects.get().query == "due=today"
    assert desk("另一审核员").post(f"/desk/search/saved/{kept.pk}/forget/").status_code == 404
    browser.post(f"/desk/search/saved/{kept.pk}/forget/")
    assert not SavedFilter.objects.exists()


def test_filter_without_a_name_is_refused(town, desk):
    answer = desk("审核员").post("/desk/search/saved/", {"name": "", "query": "due=today"})
    assert answer.status_code == 422 and "请填写名称" in answer.content.decode()


def bulk(browser, do, cases, **form):
    return browser.post("/desk/search/bulk/", {"do": do, "case": [getattr(c, "number", c) for c in cases], **form})


def test_bulk_assignment_does_what_it_can_and_names_the_rest(town, desk):
    ready, done, elsewhere = town.approved(), town.assigned(), town.approved(region="雨花区")
    page = bulk(
        desk("交办员"), "assign", [ready, done, elsewhere, "HX-0"], unit="岳麓区住房和城乡建设局", task="三天内到场"
    )
    why = {o.number: o.why_not for o in page.context["outcomes"]}
    assert why[ready.number] == ""
    assert "待签收" in why[done.number]
    assert why[elsewhere.number] == why["HX-0"] == "没有这件留言，或您看不到它"
    assert (fresh(ready).lead_unit, fresh(elsewhere).state) == (town.units["住建局"], State.TO_ASSIGN)


def test_refusal_of_one_case_stops_no_other(town, desk, monkeypatch):
    first, second = town.approved(), town.approved()
    first.accused_units.add(town.units["区政府"])
    page = bulk(desk("交办员"), "assign", [first, second], unit="岳麓区住房和城乡建设局")
    why = {o.number: o.why_not for o in page.context["outcomes"]}
    assert "被反映的单位" in why[first.number] and why[second.number] == ""
    assert [fresh(c).state for c in (first, second)] == [State.TO_ASSIGN, State.ASSIGNED]


def test_bulk_assignment_to_an_unknown_unit_keeps_the_ticks(town, desk):
    case = town.approved()
    answer = bulk(desk("交办员"), "assign", [case], unit="查无此局", task="三天内到场")
    words = answer.content.decode()
    assert answer.status_code == 422 and "没有找到“查无此局”" in words and "三天内到场" in words
    assert f'value="{case.number}" aria-label="选择{case.number}" checked' in words
    assert fresh(case).state == State.TO_ASSIGN


@pytest.mark.parametrize(
    ("who", "do"), [("承办人", "assign"), ("审核员", "assign"), ("交办员", "take"), ("分析员", "take")]
)
def test_bulk_actions_belong_to_their_role(town, desk, who, do):
    case = town.approved()
    assert bulk(desk(who), do, [case], unit="岳麓区住房和城乡建设局").status_code == 403
    assert fresh(case).state == State.TO_ASSIGN


def test_moderator_takes_many(town, desk):
    cases = [town.submit() for _ in range(3)]
    page = bulk(desk("审核员"), "take", cases)
    assert page.context["done"] == 3
    assert {fresh(c).reviewer for c in cases} == {town.people["审核员"]}


def test_empty_and_too_large_choices_are_refused(town, desk):
    browser = desk("审核员")
    assert "请先勾选" in bulk(browser, "take", []).content.decode()
    assert "一次最多50件" in bulk(browser, "take", [f"HX-{n}" for n in range(51)]).content.decode()


def exported(browser, **filters):
    answer = browser.get("/desk/search/export.csv", filters)
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    text = answer.content.decode()
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def test_export_holds_the_filtered_masked_list(town, desk):
    town.approved(title="电话13812345678打不通怎么办")
    town.assigned()
    [row] = exported(desk("分析员"), state="to_assign")
    assert row["标题"] == "电话138****5678打不通怎么办" and row["状态"] == "待交办" and row["地区"] == "长沙市岳麓区"


@pytest.mark.parametrize(
    "title", ['=HYPERLINK("http://x","点我")', "+1+1+1", "-2+3+4", "@SUM(A1)", "＝1+1+1+1", "\t=1+1"]
)
def test_export_runs_no_formula(town, desk, title):
    case = town.approved()
    Case.objects.filter(pk=case.pk).update(title=title)
    [row] = exported(desk("分析员"))
    assert row["标题"] == f"'{title}"


def test_export_of_another_region_is_empty(town, desk):
    user = User.objects.create_staff("株洲分析员", "a long test password", "株洲分析员")
    Membership.objects.create(user=user, role=Role.ANALYST, region=town.regions["株洲市"])
    town.people["株洲分析员"] = user
    town.approved()
    assert exported(desk("株洲分析员")) == []


def test_list_reads_the_same_for_five_and_thirty(town, desk, statements):
    def more(rows):
        for _ in range(rows):
            town.assigned(at=MORNING)
        return statements(browser, "/desk/search/?q=水压&mine=on&due=overdue")

    browser = desk("交办员")
    assert more(5) == more(25)


def test_several_roles_find_the_union(town, desk):
    Membership.objects.create(user=town.people["承办人"], role=Role.COORDINATOR, region=town.regions["雨花区"])
    ours, there = town.assigned(), town.approved(region="雨花区")
    assigning.assign(there, town.units["雨花住建局"], town.act("交办员"))
    assert found(desk("承办人")) == {ours.pk, there.pk}
