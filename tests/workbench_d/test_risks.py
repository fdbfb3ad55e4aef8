"""The page of risks and the roster of the leading group."""

from datetime import timedelta

import pytest
from tests.cast import MORNING, STAFF
from tests.workbench_d.conftest import told

from huixiang.accounts.models import User
from huixiang.accounts.roles import Role
from huixiang.cases.models import CaseEvent
from huixiang.moderation.actions import reviewing
from huixiang.notices.models import Notice
from huixiang.supervision import watching
from huixiang.supervision.actions import controlling
from huixiang.supervision.models import DutyRoster, Risk
from huixiang.units.models import Membership

WATCHERS = {"督办员", "交办员", "领导", "召集人"}


@pytest.fixture
def risk(town):
    case = town.handling()
    return controlling.raise_risk(case, town.act("督办员"), kind="crowd", why="业主约好周六去售楼部")


@pytest.fixture
def elsewhere(town):
    """A leader and a supervisor of the next district."""
    for name, role in (("雨花领导", Role.LEADER), ("雨花督办员", Role.SUPERVISOR)):
        town.people[name] = User.objects.create_staff(name, "a long test password", name)
        Membership.objects.create(user=town.people[name], role=role, region=town.regions["雨花区"])


@pytest.mark.parametrize("url", ["/desk/risks/", "/desk/duty/"])
def test_pages_open_for_those_who_watch_over_a_region_alone(town, desk, url):
    opens = {who for who in [s[0] for s in STAFF] + ["陌生人"] if desk(who).get(url).status_code == 200}
    assert opens == WATCHERS


def test_risk_stays_inside_its_region(town, desk, risk, elsewhere):
    assert "售楼部" in told(desk("领导").get("/desk/risks/"))
    for who in ("雨花领导", "雨花督办员"):
        assert "售楼部" not in told(desk(who).get("/desk/risks/"))
        assert desk(who).post(f"/desk/risks/{risk.pk}/close/", {"note": "没事了"}).status_code == 404
    assert desk("承办人").post(f"/desk/risks/{risk.pk}/close/", {"note": "没事了"}).status_code == 404


def test_risk_of_a_report_is_hidden_from_leaders_and_never_offered_to_be_reported(town, desk):
    case = town.submit(kind="report", body="有人威胁我，说要打死人。")
    reviewing.take(case, town.act("审核员"))
    watching.sweep(at=MORNING)
    for who in ("领导", "召集人", "督办员"):
        assert case.number not in told(desk(who).get("/desk/risks/"))
    page = told(desk("交办员").get("/desk/risks/"))
    assert case.number in page and "举报件不报值班人员" in page and "记下已报告" not in page


def test_supervisor_reports_to_somebody_of_the_leading_group(town, desk, risk):
    browser, url = desk("督办员"), f"/desk/risks/{risk.pk}/report/"
    assert "还剩1小时" in told(browser.get("/desk/risks/"))
    wrong = browser.post(url, {"to": town.people["承办人"].pk, "note": "已电话报告"})
    assert wrong.status_code == 422 and "已电话报告" in told(wrong)
    browser.post(url, {"to": town.people["召集人"].pk, "note": "已电话报告"})
    risk.refresh_from_db()
    assert (risk.reported_to, risk.reported_at) == (town.people["召集人"], MORNING)
    again = browser.post(url, {"to": town.people["领导"].pk, "note": "再报告一次"})
    assert again.status_code == 422 and "已经报告过了" in told(again)


def test_member_of_the_leading_group_says_for_themselves_that_they_know(town, desk, risk):
    browser = desk("召集人")
    assert "我已知道" in told(browser.get("/desk/risks/"))
    other = browser.post(f"/desk/risks/{risk.pk}/report/", {"to": town.people["领导"].pk})
    assert other.status_code == 403
    browser.post(f"/desk/risks/{risk.pk}/report/", {"to": town.people["召集人"].pk})
    risk.refresh_from_db()
    assert risk.reported_to == town.people["召集人"]


def test_risk_ends_with_its_reason_and_moves_to_the_closed_ones(desk, risk):
    browser, url = desk("督办员"), f"/desk/risks/{risk.pk}/close/"
    refused = browser.post(url, {"note": " "})
    assert refused.status_code == 422 and "请填写风险怎样解除的" in told(refused)
    browser.post(url, {"note": "已和业主代表谈妥"})
    assert "售楼部" not in told(browser.get("/desk/risks/"))
    assert "已和业主代表谈妥" in told(browser.get("/desk/risks/?show=closed"))


def test_risk_is_registered_by_hand_and_stands_in_the_history(town, desk):
    case, browser = town.handling(), desk("督办员")
    given = {"number": case.number.lower(), "kind": "minors", "why": "孩子几天没上学了"}
    browser.post("/desk/risks/", given)
    assert Risk.objects.get(case=case).kind == "minors"
    assert CaseEvent.objects.filter(case=case, data__text="发现未成年人风险：孩子几天没上学了").exists()
    assert Notice.objects.filter(user=town.people["召集人"], subject__contains="未成年人").exists()
    again = browser.post("/desk/risks/", given)
    assert again.status_code == 422 and "已经登记" in told(again) and "孩子几天没上学了" in told(again)


def test_case_of_another_region_is_not_registered(town, desk):
    case = town.handling(region="雨花区")
    answer = desk("督办员").post("/desk/risks/", {"number": case.number, "kind": "life", "why": "墙要倒了"})
    assert answer.status_code == 422 and "没有找到这个编号" in told(answer) and "墙要倒了" in told(answer)


def test_leader_registers_no_risk(town, desk):
    given = {"number": town.handling().number, "kind": "life", "why": "墙要倒了"}
    assert desk("领导").post("/desk/risks/", given).status_code == 403


def test_page_costs_the_same_for_two_risks_as_for_twelve(town, desk, statements):
    def more(rows):
        for _ in range(rows):
            controlling.raise_risk(town.handling(), town.act("督办员"), kind="crowd", why="约好周六去")
        return statements(desk("督办员"), "/desk/risks/")

    assert more(2) == more(10)


def duty(town, **changes):
    form = {
        "region": "430104", "person": town.people["领导"].pk, "starts_on": "2026-11-18", "ends_on": "2026-11-24",
    }  # fmt: skip
    return {**form, **changes}


def test_roster_names_who_is_told(town, desk):
    desk("督办员").post("/desk/duty/", duty(town))
    row = DutyRoster.objects.get()
    assert row.ends_at - row.starts_at == timedelta(days=7)
    assert "值班中" in told(desk("召集人").get("/desk/duty/"))
    risk = controlling.raise_risk(town.handling(), town.act("督办员"), kind="crowd", why="约好周六去")
    assert {n.user for n in Notice.objects.filter(key__startswith=f"risk:{risk.pk}")} == {town.people["领导"]}


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"ends_on": "2026-11-17"}, "结束时间要晚于开始时间"),
        ({"starts_on": "2026-10-01", "ends_on": "2026-10-07"}, "已经过去了"),
        ({"person": ""}, "请选择“值班人员”"),
        ({"region": "430111"}, "地区里没有这一项"),
    ],
)
def test_wrong_duty_is_refused_beside_its_field(town, desk, wrong, why):
    answer = desk("督办员").post("/desk/duty/", duty(town, **wrong))
    assert answer.status_code == 422 and why in told(answer) and not DutyRoster.objects.exists()


def test_nobody_is_on_duty_twice_at_once(town, desk):
    desk("督办员").post("/desk/duty/", duty(town))
    answer = desk("督办员").post("/desk/duty/", duty(town, starts_on="2026-11-20", ends_on="2026-11-30"))
    assert answer.status_code == 422 and "已经排了班" in told(answer)


def test_duty_ends_at_once_by_those_who_arrange_it(town, desk, elsewhere):
    desk("督办员").post("/desk/duty/", duty(town))
    row = DutyRoster.objects.get()
    assert desk("雨花督办员").post(f"/desk/duty/{row.pk}/end/").status_code == 404
    assert desk("领导").post(f"/desk/duty/{row.pk}/end/").status_code == 404
    desk("督办员").post(f"/desk/duty/{row.pk}/end/")
    row.refresh_from_db()
    assert row.ends_at == MORNING


def test_page_of_risks_reads_what_was_told_of_them(town, desk, risk):
    told_of = Notice.objects.filter(key__startswith=f"risk:{risk.pk}", channel="in_app")
    reader = told_of.get().user
    desk(reader.username).get("/desk/risks/")
    assert told_of.get().read_at is not None
