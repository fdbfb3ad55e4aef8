"""Orders: issuing one or many, the paper, the receipt and the answer, and who sees them."""

from io import BytesIO

import pytest
from docx import Document
from pypdf import PdfReader
from tests.cast import MORNING, fresh
from tests.workbench_c.conftest import DAY, HOUR

from huixiang.supervision.actions import ordering
from huixiang.supervision.models import SigningOffice, SupervisionOrder, SupervisionStep
from huixiang.workbench.documents.sheet import sheet_of

DESK = "/desk/supervision/"
LIST = DESK + "orders/"


def issue_url(case):
    return f"{DESK}cases/{case.number}/order/"


def form_for(case, **other):
    return {
        "reason": "正式答复超时",
        "demands": "到场查看\n答复留言人",
        "copy_to": "区政府办",
        "seen": case.event_count,
        **other,
    }


@pytest.fixture
def order(town, late):
    case = late()
    act = town.act("督办员", case.due_at + HOUR, "督办员")
    return ordering.issue(
        case,
        act,
        region=town.regions["岳麓区"],
        reason="正式答复超时",
        demands="到场查看\n答复留言人",
        copy_to="区政府办",
    )


def test_form_begins_with_the_reason_that_the_ladder_gave(desk, late):
    case = late()
    asked = SupervisionStep.objects.get(case=case, means="written")
    words = desk("督办员").get(issue_url(case)).content.decode()
    assert f'value="{asked.reason}"' in words and asked.reason.endswith("超时") and "为什么越级" not in words


def test_issued_order_is_numbered_and_answers_the_step(town, desk, late):
    case = late()
    answer = desk("督办员").post(issue_url(case), form_for(case), follow=True)
    made = SupervisionOrder.objects.get()
    assert made.number in answer.content.decode() and made.copy_to == "区政府办"
    assert SupervisionStep.objects.get(case=case, means="written").state == "done"


def test_skipping_a_rung_needs_a_reason_that_stands_in_the_order(town, desk):
    case = town.handling()
    page = desk("督办员").post(issue_url(case), form_for(case, reason="群众反映强烈"))
    assert page.status_code == 422 and "群众反映强烈" in page.content.decode()
    desk("督办员").post(issue_url(case), form_for(case, reason="群众反映强烈", why_skip="涉及用水安全"))
    assert SupervisionOrder.objects.get().reason == "群众反映强烈（越级督办：涉及用水安全）"


def test_second_order_jumps_no_rung(desk, late):
    case = late()
    desk("督办员").post(issue_url(case), form_for(case))
    assert "为什么越级" not in desk("督办员").get(issue_url(case)).content.decode()
    again = form_for(fresh(case), reason="仍未答复")
    assert desk("督办员").post(issue_url(case), again).status_code == 302
    assert SupervisionOrder.objects.latest("serial").number == "督办函〔2026〕2号"


def test_page_older_than_the_case_is_refused_with_the_text_kept(desk, late):
    case = late()
    page = desk("督办员").post(issue_url(case), form_for(case, seen=1, demands="请三天内修好水泵"))
    assert page.status_code == 409 and "请三天内修好水泵" in page.content.decode()
    assert not SupervisionOrder.objects.exists()


def test_case_without_a_unit_gets_no_order(town, desk):
    case = town.approved()
    page = desk("督办员").post(issue_url(case), form_for(case, why_skip="急"))
    assert page.status_code == 422 and "还没有承办单位" in page.content.decode()


@pytest.mark.parametrize("who", ["领导", "召集人", "承办人", "审核员"])
def test_only_oversight_issues(desk, late, who):
    case = late()
    assert desk(who).post(issue_url(case), form_for(case)).status_code == 403


def test_many_are_issued_at_once_and_each_failure_is_told(town, desk, late):
    good = late()
    unready, ended, foreign = town.handling(), town.closed(), town.handling(region="雨花区", unit="雨花住建局")
    numbers = [c.number for c in (good, unready, ended, foreign)]
    page = desk("督办员").post(LIST + "bulk/", {"case": numbers, "demands": "三天内答复"})
    told = {o.number: o.why_not for o in page.context["outcomes"]}
    assert (page.context["done"], page.context["failed"]) == (1, 3)
    assert told[good.number] == "" and "越级的理由" in told[unready.number] and "看不到" in told[foreign.number]
    assert SupervisionOrder.objects.get().case == good
    desk("督办员").post(LIST + "bulk/", {"case": [unready.number], "demands": "三天内答复", "why_skip": "涉及安全"})
    assert "越级督办：涉及安全" in SupervisionOrder.objects.get(case=unready).reason


@pytest.mark.parametrize("why_skip", ["", "涉及安全"])
def test_case_that_still_is_with_the_platform_is_refused_for_want_of_a_unit(town, desk, why_skip):
    case = town.approved()
    given = {"case": [case.number], "demands": "三天内答复", "why_skip": why_skip}
    [outcome] = desk("督办员").post(LIST + "bulk/", given).context["outcomes"]
    assert outcome.why_not == "还没有承办单位，不能发督办函"
    assert not SupervisionOrder.objects.exists()


def test_nothing_ticked_keeps_the_demands(desk, late):
    late()
    page = desk("督办员").post(LIST + "bulk/", {"demands": "请写明水泵何时到货"})
    assert (
        page.status_code == 422
        and "请先勾选" in page.content.decode()
        and "请写明水泵何时到货" in page.content.decode()
    )


PAPER = [
    "督办函〔2026〕1号",
    "岳麓区住房和城乡建设局",
    "正式答复超时",
    "到场查看",
    "岳麓区网上问政督办办公室",
    "抄送：区政府办",
    "回执",
]


def test_docx_says_what_an_order_says(desk, order):
    answer = desk("督办员").get(f"{LIST}{order.pk}/order.docx")
    paper = Document(BytesIO(answer.content))
    words = "\n".join(p.text for p in paper.paragraphs)
    assert all(part in words for part in PAPER) and order.case.title in words and "17:00前" in words
    assert [c.text for c in paper.tables[0].columns[0].cells][:3] == ["文号", "收函单位", "签收人"]
    assert "filename*=utf-8''" in answer["Content-Disposition"]


def test_pdf_says_the_same_and_carries_its_font(desk, order):
    answer = desk("承办人").get(f"{LIST}{order.pk}/order.pdf")
    paper = PdfReader(BytesIO(answer.content))
    words = "".join(page.extract_text() for page in paper.pages).replace("\n", "")
    assert all(part in words for part in PAPER) and order.case.title in words
    fonts = [f.get_object() for f in paper.pages[0]["/Resources"]["/Font"].values()]
    inside = [f["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object() for f in fonts]
    assert all("/FontFile3" in f or "/FontFile2" in f for f in inside) and inside


def test_words_of_an_order_are_never_read_as_markup(town, desk, late):
    case = late()
    act = town.act("督办员", case.due_at + HOUR, "督办员")
    rough = '#panic("x") *粗* $x$ <a> "引号" \\ 反斜杠'
    order = ordering.issue(case, act, region=town.regions["岳麓区"], reason=rough, demands=rough)
    paper = PdfReader(BytesIO(desk("督办员").get(f"{LIST}{order.pk}/order.pdf").content))
    assert '#panic("x") *粗* $x$ <a>' in paper.pages[0].extract_text().replace("\n", "")


def test_unit_signs_and_answers(town, desk, order):
    url = f"{LIST}{order.pk}/"
    assert "签收" in desk("承办人").get(url).content.decode()
    desk("承办人").post(url + "receive/")
    order.refresh_from_db()
    assert order.received_by == town.people["承办人"]
    page = desk("承办人").post(url + "receive/")
    assert page.status_code == 422 and "已经签收过" in page.content.decode()
    desk("负责人").post(url + "answer/", {"text": "今天已更换水泵。"})
    order.refresh_from_db()
    assert order.answered_by == town.people["负责人"] and order.answer == "今天已更换水泵。"
    assert fresh(order.case).events.latest("seq").actor_role == "单位负责人"


def test_refused_answer_keeps_its_text(town, desk, order):
    url = f"{LIST}{order.pk}/answer/"
    assert "请写明办理情况" in desk("承办人").post(url, {"text": " "}).content.decode()
    long = "已经更换水泵" * 600
    page = desk("承办人").post(url, {"text": long})
    assert page.status_code == 422 and long in page.content.decode()
    desk("承办人").post(url, {"text": "换好了"})
    page = desk("负责人").post(url, {"text": "我再补充一句"})
    assert page.status_code == 422 and "已经答复过" in page.content.decode()


def test_orders_are_seen_by_oversight_and_the_unit_alone(desk, order):
    seen = {
        who: desk(who).get(f"{LIST}{order.pk}/").status_code
        for who in ("督办员", "交办员", "领导", "承办人", "雨花承办人", "供水承办人", "分析员", "陌生人")
    }
    assert seen == {
        "督办员": 200, "交办员": 200, "领导": 200, "承办人": 200,
        "雨花承办人": 404, "供水承办人": 404, "分析员": 404, "陌生人": 404,
    }  # fmt: skip
    assert desk("督办员").post(f"{LIST}{order.pk}/answer/", {"text": "替单位答"}).status_code == 404
    assert desk("供水承办人").get(f"{LIST}{order.pk}/order.pdf").status_code == 404


def test_unit_that_is_accused_loses_sight_of_the_order(town, desk, order):
    order.case.accused_units.add(town.units["住建局"])
    assert desk("承办人").get(f"{LIST}{order.pk}/").status_code == 404
    assert list(desk("承办人").get(LIST).context["rows"]) == []


def test_list_is_narrowed_by_state_and_unit(town, desk, order, clock):
    def found(**filters):
        return len(desk("督办员").get(LIST, filters).context["rows"])

    assert found() == found(state="unsigned") == found(state="open") == found(unit="住房") == 1
    assert found(state="late") == found(state="answered") == found(unit="水利") == 0
    clock(order.due_at + HOUR)
    assert found(state="late") == 1


def test_list_and_order_need_as_many_statements_for_many(town, desk, order, statements):
    browser = desk("督办员")
    few = statements(browser, LIST), statements(browser, f"{LIST}{order.pk}/")
    for _ in range(5):
        act = town.act("督办员", MORNING + DAY, "督办员")
        ordering.issue(fresh(order.case), act, region=town.regions["岳麓区"], reason="再次督办", demands="办")
    assert (statements(browser, LIST), statements(browser, f"{LIST}{order.pk}/")) == few


def test_office_signs_new_orders_under_the_name_it_was_given_and_old_ones_keep_theirs(town, desk, late):
    one, other = late(), late(unit="供水公司")
    before = ordering.issue(
        one, town.act("督办员", one.due_at + HOUR), region=town.regions["岳麓区"], reason="超时", demands="办"
    )
    browser = desk("督办员")
    browser.post("/desk/supervision/offices/", {"region": "430104", "name": "中共岳麓区委 督查室"})
    after = ordering.issue(
        other, town.act("督办员", other.due_at + HOUR), region=town.regions["岳麓区"], reason="超时", demands="办"
    )
    assert (sheet_of(before).office, sheet_of(after).office) == ("岳麓区网上问政督办办公室", "中共岳麓区委 督查室")
    assert "中共岳麓区委 督查室" in browser.get(f"/desk/supervision/orders/{after.pk}/").content.decode()


def test_office_of_another_region_is_out_of_reach(town, desk):
    answer = desk("督办员").post("/desk/supervision/offices/", {"region": "430111", "name": "雨花区督查室"})
    assert answer.status_code == 422 and not SigningOffice.objects.exists()
