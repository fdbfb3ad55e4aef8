"""The knowledge base on the desk: writing, approving, finding, and answering with it in the simple lane."""

from datetime import timedelta

import pytest
from tests.cast import MORNING, fresh

from huixiang.cases.actions import keeping_knowledge, replying
from huixiang.cases.actions.keeping_knowledge import Words
from huixiang.cases.models import Case, KnowledgeEntry

pytestmark = pytest.mark.usefixtures("morning")

TODAY = MORNING.date()
QUESTION, ANSWER, BASIS = "二次供水水压低找谁？", "请打供水公司的报修电话，当天上门。", "《城市供水条例》第二十二条"
LIST = "/desk/knowledge/"


def told(response):
    return response.content.decode()


def typed(town, **changes):
    return {
        "question": QUESTION, "answer": ANSWER, "basis": BASIS, "topic": "", "region": "430104",
        "valid_until": (TODAY + timedelta(days=100)).isoformat(), **changes,
    }  # fmt: skip


def entry_of(town, *, approved=True, days=100, **changes):
    given = {"question": QUESTION, "answer": ANSWER, "basis": BASIS, "region": town.regions["岳麓区"], **changes}
    words = Words(valid_until=TODAY + timedelta(days=days), **given)
    entry = keeping_knowledge.write(words, town.units["住建局"], town.act("承办人"))
    return keeping_knowledge.approve(entry, town.act("审核人"), seen_version=1) if approved else entry


def simple_draft(town, body=""):
    case = town.handling()
    Case.objects.filter(pk=case.pk).update(lane="simple")
    return replying.draft(fresh(case), town.units["住建局"], "final", town.act("承办人"), body=body)


def test_handler_writes_and_another_person_approves(desk, town):
    assert desk("承办人").post(f"{LIST}new/", **typed(town)).url == f"{LIST}?view=awaiting"
    entry = KnowledgeEntry.objects.get()
    assert (entry.unit, entry.written_by, entry.state) == (town.units["住建局"], town.people["承办人"], "draft")
    assert desk("承办人").post(f"{LIST}{entry.pk}/approve/", seen_version=1).status_code == 403
    page = told(desk("审核人").get(LIST, view="awaiting"))
    assert "待审核" in page
    assert "审核通过" in page
    desk("审核人").post(f"{LIST}{entry.pk}/approve/", seen_version=1)
    assert QUESTION in told(desk("承办人").get(LIST))


def test_reviewer_is_offered_no_approval_of_their_own_words(desk, town):
    desk("审核人").post(f"{LIST}new/", **typed(town))
    entry = KnowledgeEntry.objects.get()
    assert f"{LIST}{entry.pk}/approve/" not in told(desk("审核人").get(LIST, view="awaiting"))
    desk("审核人").post(f"{LIST}{entry.pk}/approve/", seen_version=1)
    entry.refresh_from_db()
    assert entry.state == "draft"


def test_changing_sends_an_answer_back_to_approval_and_keeps_what_a_colleague_wrote(desk, town):
    entry = entry_of(town)
    browser = desk("负责人")
    form = told(browser.get(f"{LIST}{entry.pk}/"))
    assert ANSWER in form
    assert f'value="{entry.valid_until.isoformat()}"' in form
    browser.post(f"{LIST}{entry.pk}/", **typed(town, answer="新的答复", seen_version=1))
    entry.refresh_from_db()
    assert (entry.state, entry.answer) == ("draft", "新的答复")
    late = browser.post(f"{LIST}{entry.pk}/", **typed(town, answer="晚到的答复", seen_version=1))
    assert late.status_code == 422
    assert "同事刚改过这一条" in told(late)
    assert "晚到的答复" in told(late)


def test_what_is_missing_or_too_far_ahead_is_told_beside_its_field(desk, town):
    answer = desk("承办人").post(f"{LIST}new/", **typed(town, basis="", question=""))
    assert answer.status_code == 422
    assert "请填写依据" in told(answer)
    far = (TODAY + timedelta(days=800)).isoformat()
    assert "最长两年" in told(desk("承办人").post(f"{LIST}new/", **typed(town, valid_until=far)))
    assert not KnowledgeEntry.objects.exists()


def test_list_says_in_words_how_long_an_answer_holds(desk, town):
    entry_of(town, days=0, question="今天到期的")
    entry_of(town, days=10)
    entry = entry_of(town)
    KnowledgeEntry.objects.filter(pk=entry.pk).update(valid_until=TODAY - timedelta(days=1))
    page = told(desk("承办人").get(LIST))
    assert "今天到期" in page
    assert "还有10天到期" in page
    assert "已到期" in told(desk("承办人").get(LIST, view="past"))


def test_words_find_entries_and_an_empty_base_says_what_it_is_for(desk, town):
    browser = desk("承办人")
    assert "知识库还是空的" in told(browser.get(LIST))
    entry_of(town)
    assert QUESTION in told(browser.get(LIST, q="供水 报修"))
    assert "没有找到" in told(browser.get(LIST, q="供水 公积金"))


def test_retired_answer_leaves_the_list_in_use(desk, town):
    entry = entry_of(town)
    desk("负责人").post(f"{LIST}{entry.pk}/retire/", seen_version=1)
    assert QUESTION not in told(desk("负责人").get(LIST))
    assert QUESTION in told(desk("负责人").get(LIST, view="past"))


def test_unit_roles_have_the_link_and_others_do_not(desk):
    assert f'href="{LIST}"' in told(desk("承办人").get("/desk/"))
    assert f'href="{LIST}"' not in told(desk("质检员").get("/desk/"))
    assert desk("质检员").get(LIST).status_code == 403


def test_editor_of_the_simple_lane_offers_answers_and_fills_the_draft(desk, town):
    entry, reply = entry_of(town), simple_draft(town)
    page = told(desk("承办人").page(reply.case))
    assert "知识库里的标准答复（1条）" in page
    assert BASIS in page
    browser = desk("承办人")
    browser.post(f"/desk/replies/{reply.pk}/knowledge/", entry=entry.pk, seen_version=1)
    reply.refresh_from_db()
    assert reply.body == f"{ANSWER}\n\n依据：{BASIS}"


def test_written_words_are_kept_until_the_box_is_ticked(desk, town):
    entry, reply = entry_of(town), simple_draft(town, body="自己写的话")
    browser, url = desk("承办人"), f"/desk/replies/{reply.pk}/knowledge/"
    refused = browser.post(url, entry=entry.pk, seen_version=1)
    assert refused.status_code == 422
    assert "请先勾选" in told(refused)
    assert "自己写的话" in told(refused)
    browser.post(url, entry=entry.pk, seen_version=1, replace="1")
    reply.refresh_from_db()
    assert ANSWER in reply.body
    assert [v.body for v in reply.versions.all()][0] == "自己写的话"


def test_standard_lane_shows_no_answers_and_a_draft_of_others_takes_none(desk, town):
    entry = entry_of(town)
    other = town.drafted(town.handling())
    assert "知识库里的标准答复" not in told(desk("承办人").page(other.case))
    assert desk("审核人").post(f"/desk/replies/{other.pk}/knowledge/", entry=entry.pk).status_code == 403


def test_answer_that_is_not_in_force_fills_nothing(desk, town):
    entry, reply = entry_of(town, approved=False), simple_draft(town)
    answer = desk("承办人").post(f"/desk/replies/{reply.pk}/knowledge/", entry=entry.pk, seen_version=1)
    assert answer.status_code == 422
    reply.refresh_from_db()
    assert reply.body == ""
