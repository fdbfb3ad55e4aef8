"""Weekly lists, findings on site, talks and circulars."""

from datetime import timedelta
from io import BytesIO

import pytest
from openpyxl import load_workbook
from tests.cast import MORNING, STAFF, fresh
from tests.workbench_d.conftest import told

from huixiang.cases.actions import assigning
from huixiang.cases.models import Case
from huixiang.moderation.actions import reviewing
from huixiang.supervision import watching
from huixiang.supervision.actions import inspecting
from huixiang.supervision.models import Admonition, Finding, Inspection

DAY = timedelta(days=1)
FOUND = "11月30日上午到现场，水泵没有换，六楼仍然没有水，物业负责人在场。"
LATER = MORNING + DAY * 30
WATCHERS = {"督办员", "交办员", "领导", "召集人"}


@pytest.fixture
def grave(town, clock):
    """A case that is black, thirty days later."""
    case = town.published(town.handling(kind="complaint"), kind="initial")
    watching.sweep(at=LATER)
    clock(LATER)
    return fresh(case)


@pytest.fixture
def finding(town, grave):
    inspecting.make_list(town.regions["岳麓区"], town.act("督办员", LATER))
    return Finding.objects.get(case=grave)


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("/desk/inspections/", WATCHERS),
        ("/desk/admonitions/", WATCHERS | {"承办人", "供水承办人", "雨花承办人", "审核人", "负责人"}),
    ],
)
def test_pages_open_for_their_roles_alone(town, desk, url, allowed):
    opens = {who for who in [s[0] for s in STAFF] + ["陌生人"] if desk(who).get(url).status_code == 200}
    assert opens == allowed


def test_supervisor_makes_this_weeks_list_and_again_without_doubling_it(desk, grave):
    browser = desk("督办员")
    for _ in range(2):
        answer = browser.post("/desk/inspections/", {"region": "430104"}, follow=True)
    page = told(answer)
    assert grave.number in page and "严重超时" in page and "2026年12月14日至20日" in page
    assert Inspection.objects.count() == Finding.objects.count() == 1
    assert "1件" in told(browser.get("/desk/inspections/"))


def test_list_is_made_for_the_own_region_alone(town, desk, grave):
    assert desk("督办员").post("/desk/inspections/", {"region": "430111"}).status_code == 422
    assert desk("领导").post("/desk/inspections/", {"region": "430104"}).status_code == 403
    assert not Inspection.objects.exists()


def test_finding_is_recorded_once_with_its_measure_and_shows_on_the_case(town, desk, grave, finding):
    browser, url = desk("督办员"), f"/desk/findings/{finding.pk}/"
    assert "单位最近的回复" in told(browser.get(url))
    browser.post(url, {"found": FOUND, "truth": "no", "measure": "talk"})
    finding.refresh_from_db()
    assert (finding.found, finding.is_true_to_reply, finding.measure) == (FOUND, False, "talk")
    for who in ("督办员", "领导", "承办人"):
        page = told(desk(who).get(f"/desk/cases/{grave.number}/"))
        assert FOUND in page and "和回复不一致" in page and "约谈" in page
    [talk] = Admonition.objects.filter(case=grave)
    assert (talk.kind, talk.unit) == ("talk", town.units["住建局"])
    again = browser.post(url, {"found": "又去看了一次", "truth": "yes", "measure": ""})
    assert again.status_code == 422 and "已经记录过了" in told(again) and "又去看了一次" in told(again)


def test_raising_a_case_is_recorded_without_an_admonition(desk, grave, finding):
    desk("督办员").post(f"/desk/findings/{finding.pk}/", {"found": FOUND, "truth": "no", "measure": "raise"})
    assert "提级办理" in told(desk("督办员").get(f"/desk/cases/{grave.number}/"))
    assert not Admonition.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"found": " "}, "请填写现场看到的情况"),
        ({"truth": ""}, "请选择“和回复对照”"),
        ({"measure": "jail"}, "采取的措施里没有这一项"),
    ],
)
def test_incomplete_finding_is_refused_and_keeps_the_words(desk, finding, wrong, why):
    answer = desk("督办员").post(
        f"/desk/findings/{finding.pk}/", {"found": FOUND, "truth": "no", "measure": "", **wrong}
    )
    assert answer.status_code == 422 and why in told(answer)
    assert FOUND in told(answer) or "found" in wrong
    finding.refresh_from_db()
    assert finding.at is None


@pytest.mark.parametrize("who", ["领导", "召集人", "承办人", "雨花承办人", "陌生人"])
def test_nobody_but_oversight_records_a_finding(desk, finding, who):
    given = {"found": FOUND, "truth": "no", "measure": ""}
    assert desk(who).post(f"/desk/findings/{finding.pk}/", given).status_code == 404


def test_list_is_exported_and_runs_nothing(town, desk, grave, finding):
    Case.objects.filter(pk=grave.pk).update(title='=HYPERLINK("http://example.com")')
    answer = desk("督办员").get(f"/desk/inspections/{finding.inspection_id}/list.xlsx")
    assert "attachment" in answer["Content-Disposition"]
    sheet = load_workbook(BytesIO(answer.content)).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0][:2] == ["编号", "标题"] and rows[1][0] == grave.number
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


def test_list_is_no_way_around_the_secrecy_of_a_report(town, desk, clock):
    case = town.submit(kind="report", title="举报某局领导收钱办事")
    reviewing.take(case, town.act("审核员"))
    case = reviewing.approve(fresh(case), town.act("审核员"), title=case.title, body=case.body)
    assigning.assign(case, town.units["供水公司"], town.act("交办员"))
    watching.sweep(at=LATER)
    clock(LATER)
    made = inspecting.make_list(town.regions["岳麓区"], town.act("交办员", LATER))
    assert "收钱办事" in told(desk("交办员").get(f"/desk/inspections/{made.pk}/"))
    for who in ("督办员", "领导"):
        assert "收钱办事" not in told(desk(who).get(f"/desk/inspections/{made.pk}/"))
        book = desk(who).get(f"/desk/inspections/{made.pk}/list.xlsx")
        assert load_workbook(BytesIO(book.content)).active.max_row == 1
        assert desk(who).get(f"/desk/findings/{made.findings.get().pk}/").status_code == 404


def admonition(**changes):
    form = {
        "kind": "circular", "unit": "岳麓区住房和城乡建设局", "number": "", "reason": "本月第三次超时",
        "text": "通报批评，一周内报送整改方案。",
    }  # fmt: skip
    return {**form, **changes}


def test_talks_and_circulars_are_kept_and_the_unit_reads_its_own(town, desk):
    case = town.handling()
    desk("督办员").post("/desk/admonitions/", admonition(number=case.number))
    assert Admonition.objects.get().case == case
    assert "一周内报送整改方案" in told(desk("承办人").get("/desk/admonitions/"))
    assert "一周内报送整改方案" in told(desk("领导").get("/desk/admonitions/"))
    assert "本月第三次超时" in told(desk("督办员").get(f"/desk/cases/{case.number}/"))
    for who in ("供水承办人", "雨花承办人"):
        assert "一周内报送整改方案" not in told(desk(who).get("/desk/admonitions/"))


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"unit": "没有这个局"}, "没有找到“没有这个局”"),
        ({"unit": "雨花区住房和城乡建设局"}, "不在您负责的地区"),
        ({"number": "HX-0"}, "没有找到这个编号"),
        ({"reason": ""}, "请填写原因"),
        ({"kind": ""}, "请选择“形式”"),
    ],
)
def test_incomplete_admonition_is_refused_and_keeps_the_words(town, desk, wrong, why):
    answer = desk("督办员").post("/desk/admonitions/", admonition(**wrong))
    assert answer.status_code == 422 and why in told(answer) and "一周内报送整改方案" in told(answer)
    assert not Admonition.objects.exists()


@pytest.mark.parametrize("who", ["领导", "承办人"])
def test_nobody_but_oversight_admonishes(desk, who):
    assert desk(who).post("/desk/admonitions/", admonition()).status_code == 403


def test_pages_cost_the_same_for_two_as_for_ten(town, desk, clock, statements):
    def more(rows):
        for _ in range(rows):
            case = town.handling(kind="complaint")
            watching.sweep(at=case.answer_due_at + DAY * 12)
        made = inspecting.make_list(town.regions["岳麓区"], town.act("督办员", LATER))
        return [statements(desk("督办员"), url) for url in (f"/desk/inspections/{made.pk}/", "/desk/inspections/")]

    assert more(2) == more(8)


def test_raised_case_is_said_to_have_gone_to_the_superior_and_a_second_attempt_changes_nothing(desk, finding, town):
    browser, url = desk("督办员"), f"/desk/findings/{finding.pk}/"
    answer = browser.post(url, {"found": FOUND, "truth": "no", "measure": "raise"}, follow=True)
    assert f"改由{town.units['区政府'].name}主办" in told(answer)
    assert browser.post(url, {"found": FOUND, "truth": "no", "measure": "raise"}).status_code == 422
    assert fresh(finding.case).lead_unit == town.units["区政府"]


WHY = "今晚有暴雨，围挡可能倒塌"


def test_supervisor_lists_a_case_at_once_with_the_reason(town, desk):
    case = town.handling()
    page = told(desk("督办员").get(f"/desk/cases/{case.number}/"))
    assert f'href="/desk/cases/{case.number}/inspect/"' in page
    given = {"reason": WHY, "seen": fresh(case).event_count}
    answer = desk("督办员").post(f"/desk/cases/{case.number}/inspect/", given, follow=True)
    assert case.number in told(answer) and WHY in told(answer)
    finding = Finding.objects.get(case=case)
    assert (finding.why, finding.unit) == (f"紧急列入：{WHY}", town.units["住建局"])
    event = fresh(case).events.order_by("-seq").first()
    assert (event.step, event.actor, event.data["listed"]) == ("supervise", town.people["督办员"], WHY)
    assert f"紧急列入查办：{WHY}" in told(desk("督办员").get(f"/desk/cases/{case.number}/"))


def test_listing_at_once_needs_a_reason_and_happens_once(town, desk):
    case, browser = town.handling(), desk("督办员")

    def post(reason):
        return browser.post(f"/desk/cases/{case.number}/inspect/", {"reason": reason, "seen": fresh(case).event_count})

    assert post(" ").status_code == 422
    assert post(WHY).status_code == 302
    again = post("再列一次")
    assert again.status_code == 422 and "还没有核查" in told(again) and "再列一次" in told(again)
    assert Finding.objects.count() == 1


def test_ended_case_is_not_listed_by_hand(town, desk):
    case = town.closed()
    answer = desk("督办员").post(f"/desk/cases/{case.number}/inspect/", {"reason": WHY, "seen": case.event_count})
    assert answer.status_code == 422 and "已经结束" in told(answer)


def test_case_listed_by_hand_is_inspected_like_any_other(town, desk, clock):
    case = town.handling()
    finding = inspecting.list_case(case, town.regions["岳麓区"], town.act("督办员"), reason=WHY)
    desk("督办员").post(f"/desk/findings/{finding.pk}/", {"found": FOUND, "truth": "yes", "measure": ""})
    finding.refresh_from_db()
    assert finding.is_true_to_reply is True


@pytest.mark.parametrize("who", ["领导", "承办人", "审核人"])
def test_nobody_but_oversight_lists_a_case(town, desk, who):
    case = town.handling()
    assert desk(who).post(f"/desk/cases/{case.number}/inspect/", {"reason": WHY}).status_code == 403
