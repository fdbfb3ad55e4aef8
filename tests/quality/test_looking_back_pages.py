"""The pages of looking back: who enters, every state as a page, the report as files."""

import io
import zipfile
from datetime import date, timedelta

import pytest
from docx import Document
from tests.cast import MORNING
from tests.quality.conftest import DENIAL, HOLLOW, SOUND, answer

from huixiang.cases.models import Case, Reply
from huixiang.quality.actions import looking_back
from huixiang.quality.models import LookBack, LookBackState

NIGHT = MORNING + timedelta(days=10)
HERE = "/desk/looking-back/"
PERIOD = {"unit": "岳麓区住房和城乡建设局", "from_on": "2026-11-01", "until_on": "2026-11-30"}


@pytest.fixture(autouse=True)
def today(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NIGHT)


def start(browser, **change):
    return browser.post(HERE, {**PERIOD, **change})


def finish():
    while looking_back.work(at=NIGHT):
        pass
    looking_back.work(at=NIGHT)
    return LookBack.objects.get()


def read(browser, path):
    response = browser.get(path)
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def done(browser):
    start(browser)
    return f"{HERE}{finish().pk}/"


@pytest.mark.parametrize("who", ["督办员", "负责人", "质检员", "领导", "召集人", "交办员"])
def test_those_who_may_enter_and_see_it_in_their_menu(town, desk, who):
    assert f'href="{HERE}"' in read(desk(who), HERE)


@pytest.mark.parametrize("who", ["承办人", "审核人", "审核员", "分析员", "律师", "系统管理员", "陌生人"])
def test_others_stay_out(town, desk, who):
    answer(town)
    page = done(desk("督办员"))
    browser = desk(who)
    for path in (HERE, page, f"{page}report.docx", f"{page}report.pdf"):
        assert browser.get(path).status_code == 403
    assert browser.post(f"{page}again/").status_code == 403


def test_a_head_looks_back_over_the_own_tree_only(town, desk):
    answer(town)
    browser = desk("负责人")
    assert 'value="岳麓区住房和城乡建设局"' in read(browser, HERE), "the own unit is filled in"
    assert start(browser).status_code == 302
    refused = start(browser, unit="岳麓区人民政府")
    assert refused.status_code == 422 and "没有找到" in refused.content.decode()
    start(desk("督办员"), unit="岳麓区人民政府")
    other = LookBack.objects.get(unit=town.units["区政府"])
    assert browser.get(f"{HERE}{other.pk}/").status_code == 404


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"unit": ""}, "请填写单位"),
        ({"from_on": "昨天"}, "格式不对"),
        ({"from_on": "2026-12-01"}, "结束日期不能早于开始日期"),
        ({"from_on": "2027-01-01", "until_on": "2027-01-02"}, "开始日期还没有到"),
    ],
)
def test_a_question_that_cannot_be_keeps_what_was_typed(town, desk, change, words):
    response = start(desk("督办员"), **change)
    page = response.content.decode()
    typed = {**PERIOD, **change}
    assert response.status_code == 422 and words in page and f'value="{typed["until_on"]}"' in page
    assert not LookBack.objects.exists()


def test_too_much_is_told_with_the_number(town, desk, monkeypatch):
    monkeypatch.setattr(looking_back, "MOST", 1)
    answer(town), answer(town)
    response = start(desk("督办员"))
    assert response.status_code == 422 and "有2条回复，一次最多看1条" in response.content.decode()


def test_progress_shows_and_polls_until_it_is_done(town, desk, monkeypatch):
    monkeypatch.setattr(looking_back, "BATCH", 1)
    answer(town), answer(town)
    browser = desk("督办员")
    page = start(browser).headers["Location"]
    assert "等待判断" in read(browser, page)
    looking_back.work(at=NIGHT)
    part = browser.get(page, headers={"HX-Request": "true"})
    assert "已判断1条，共2条" in part.content.decode() and "<html" not in part.content.decode()
    assert 'hx-trigger="every 2s"' in part.content.decode()
    finish()
    last = browser.get(page, headers={"HX-Request": "true"})
    assert last.headers["HX-Refresh"] == "true" and last.content == b""


def test_an_empty_period_says_so(town, desk):
    browser = desk("督办员")
    page = done(browser)
    assert "这段时间没有发布过回复" in read(browser, page)


def test_a_failed_one_says_why_and_goes_on(town, desk):
    answer(town)
    browser = desk("督办员")
    page = start(browser).headers["Location"]
    LookBack.objects.update(state=LookBackState.FAILED, error="判断用的参数文件缺失或损坏")
    assert "参数文件缺失" in read(browser, page) and "从停下的地方继续" in read(browser, page)
    assert browser.post(f"{page}again/").status_code == 302
    assert finish().state == LookBackState.DONE


def test_figures_and_the_worst_with_words_reasons_and_cures(town, desk):
    bad, good = answer(town, HOLLOW), answer(town, SOUND)
    browser = desk("督办员")
    page = read(browser, done(browser))
    assert "应退回修改" in page and "文牍迟缓" in page and "已转相关部门处理" in page
    assert "原因" in page and "改法" in page
    assert bad.case.number in page and good.case.number not in page
    assert "style=" not in page.split("<main")[1]


def test_at_most_twenty_stand_there_the_gravest_first(town, desk, monkeypatch):
    monkeypatch.setattr("huixiang.quality.worst.WORST", 2)
    for body in (DENIAL, HOLLOW, HOLLOW):
        answer(town, body)
    browser = desk("督办员")
    assert "问题最重的2条" in read(browser, done(browser))


def test_the_report_as_docx_says_what_the_page_says(town, desk):
    bad = answer(town, HOLLOW)
    browser = desk("督办员")
    response = browser.get(f"{done(browser)}report.docx")
    document = Document(io.BytesIO(response.content))
    words = "\n".join(p.text for p in document.paragraphs)
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    assert "岳麓区住房和城乡建设局回复质量回头看" in words and "2026年11月1日至2026年11月30日" in words
    assert bad.case.title in words and HOLLOW in words and "改法：" in words and "文牍迟缓" in cells
    assert "attachment" in response.headers["Content-Disposition"]


def test_the_report_as_pdf_is_set_with_its_font(town, desk):
    answer(town, f"{HOLLOW}*_`#$@[x](y)<b>\\")
    browser = desk("督办员")
    response = browser.get(f"{done(browser)}report.pdf")
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.content.startswith(b"%PDF-") and b"NotoSansCJK" in response.content.replace(b" ", b"")


def test_a_report_survives_odd_characters(town, desk):
    reply = answer(town, HOLLOW)
    Reply.objects.filter(pk=reply.pk).update(body=f"{HOLLOW}\x0b\x01\uffff结束")
    browser = desk("督办员")
    page = done(browser)
    made = browser.get(f"{page}report.docx").content
    assert zipfile.ZipFile(io.BytesIO(made)).testzip() is None
    assert browser.get(f"{page}report.pdf").content.startswith(b"%PDF-")


def test_paper_quotes_only_what_the_public_reads(town, desk):
    private, partly = answer(town, HOLLOW), answer(town, HOLLOW)
    Case.objects.filter(pk=private.case_id).update(visibility="private", public_at=None, title="不公开的标题")
    Case.objects.filter(pk=partly.case_id).update(visibility="reply_only", title="只公开回复的标题")
    browser = desk("督办员")
    page = done(browser)
    assert "不公开的标题" in read(browser, page)
    document = Document(io.BytesIO(browser.get(f"{page}report.docx").content))
    words = "\n".join(p.text for p in document.paragraphs)
    assert "不公开的标题" not in words and "只公开回复的标题" not in words and "（留言人选择不公开内容）" in words
    assert "共判断2条" in words


def test_there_is_no_report_before_it_is_done(town, desk):
    answer(town)
    browser = desk("督办员")
    page = start(browser).headers["Location"]
    assert browser.get(f"{page}report.docx").status_code == 302


def test_listing_costs_the_same_for_one_as_for_ten(town, desk, django_assert_max_num_queries):
    browser = desk("督办员")
    for n in range(10):
        LookBack.objects.create(
            unit=town.units["住建局"], from_on=date(2026, 1, n + 1), until_on=date(2026, 2, 1),
            asked_by=town.people["督办员"], asked_at=NIGHT,
        )  # fmt: skip
    browser.get(HERE)
    with django_assert_max_num_queries(16):
        assert browser.get(HERE).status_code == 200
