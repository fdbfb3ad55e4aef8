"""Writing replies on the case page: saving, autosaving, comparing, four eyes."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from tests.cast import FINAL_TEXT, fresh

from huixiang.cases.actions import noting, replying
from huixiang.cases.models import Attachment, Reply, ReplyTemplate

pytestmark = pytest.mark.usefixtures("morning")


def told(response):
    return response.content.decode()


def picture(name="现场.png"):
    out = io.BytesIO()
    Image.new("RGB", (30, 20), "white").save(out, "PNG")
    return SimpleUploadedFile(name, out.getvalue(), "image/png")


@pytest.fixture
def case(town):
    return town.handling()


@pytest.fixture
def reply(town, case):
    return replying.draft(case, town.units["住建局"], "final", town.act("承办人"))


def filled(reply, **changes):
    return {"body": FINAL_TEXT, "claimed_resolution": "resolved", "seen_version": reply.version, **changes}


def test_draft_starts_from_a_template_of_the_own_unit(desk, town, case):
    mine = ReplyTemplate.objects.create(unit=town.units["住建局"], kind="final", title="供水", body="经查：【情况】")
    other = ReplyTemplate.objects.create(unit=town.units["供水公司"], kind="final", title="别家的", body="别家")
    page = told(desk("承办人").page(case))
    assert "供水" in page
    assert "别家的" not in page
    assert desk("承办人").act(case, "replies", kind="final", template=other.pk).status_code == 422
    desk("承办人").act(case, "replies", kind="final", template=mine.pk)
    assert Reply.objects.get().body == "经查：【情况】"
    assert "还有1处要填" in told(desk("承办人").page(fresh(case)))


def test_kinds_that_need_handling_are_offered_only_then(desk, town):
    case = town.assigned()
    page = told(desk("承办人").page(case))
    assert 'value="ack"' in page
    assert 'value="final"' not in page


def test_autosave_keeps_text_and_details_and_gives_the_new_version(desk, town, case, reply):
    answer = desk("承办人").post(f"/desk/replies/{reply.pk}/autosave/", **filled(reply))
    reply.refresh_from_db()
    assert answer.json() == {"fields": {"seen_version": reply.version}}
    assert (reply.body, reply.claimed_resolution) == (FINAL_TEXT, "resolved")


def test_autosave_over_a_colleagues_text_is_a_conflict(desk, town, case, reply):
    desk("负责人").post(f"/desk/replies/{reply.pk}/autosave/", **filled(reply, body="负责人写的一稿"))
    answer = desk("承办人").post(f"/desk/replies/{reply.pk}/autosave/", **filled(reply))
    assert answer.status_code == 409
    reply.refresh_from_db()
    assert reply.body == "负责人写的一稿"


def test_conflict_on_saving_shows_both_and_the_second_save_goes_through(desk, town, case, reply):
    desk("负责人").post(f"/desk/replies/{reply.pk}/autosave/", **filled(reply, body="负责人写的一稿"))
    worker = desk("承办人")
    answer = worker.post(f"/desk/replies/{reply.pk}/", **filled(reply))
    page = told(answer)
    assert answer.status_code == 422
    assert "同事刚保存过" in page
    assert FINAL_TEXT in page
    assert "<del>" in page
    reply.refresh_from_db()
    assert worker.post(f"/desk/replies/{reply.pk}/", **filled(reply)).status_code == 302


def test_autosave_belongs_to_the_writers_of_the_unit(desk, town, case, reply):
    url = f"/desk/replies/{reply.pk}/autosave/"
    assert desk("审核人").post(url, **filled(reply)).status_code == 403
    assert desk("交办员").post(url, **filled(reply)).status_code == 403
    assert desk("雨花承办人").post(url, **filled(reply)).status_code == 404
    reply.refresh_from_db()
    assert reply.body == ""


def test_supporting_unit_does_not_see_the_draft_of_the_lead_unit(desk, town):
    case = town.handling(supporting=["供水公司"])
    reply = town.drafted(case, body=FINAL_TEXT)
    other = desk("供水承办人")
    assert FINAL_TEXT not in told(other.page(case))
    assert other.get(f"/desk/replies/{reply.pk}/versions/").status_code == 404


def test_incomplete_reply_is_not_sent_and_nothing_is_lost(desk, town, case, reply):
    seen = fresh(case).event_count
    body = "经查：【情况】，已于11月20日换好新水泵，六楼水压恢复正常。"
    answer = desk("承办人").post(f"/desk/replies/{reply.pk}/", **filled(reply, body=body), do="send", seen=seen)
    page = told(answer)
    assert answer.status_code == 422
    assert "【情况】" in page
    reply.refresh_from_db()
    assert (reply.state, reply.body) == ("draft", body)


def test_missing_detail_is_told_beside_its_field(desk, town, case, reply):
    seen = fresh(case).event_count
    answer = desk("承办人").post(
        f"/desk/replies/{reply.pk}/", **filled(reply, claimed_resolution=""), do="send", seen=seen
    )
    assert answer.status_code == 422
    assert f'id="reply{reply.pk}_claimed_resolution_error"' in told(answer)


def test_sending_from_an_old_page_saves_the_text_and_tells_what_changed(desk, town, case, reply):
    seen = fresh(case).event_count
    noting.note(case, "留言人来电催办", town.act("负责人"))
    answer = desk("承办人").post(f"/desk/replies/{reply.pk}/", **filled(reply), do="send", seen=seen)
    assert answer.status_code == 409
    assert "留言人来电催办" in told(answer)
    reply.refresh_from_db()
    assert (reply.state, reply.body) == ("draft", FINAL_TEXT)


def sent(desk, case, reply):
    answer = desk("承办人").post(f"/desk/replies/{reply.pk}/", **filled(reply), do="send", seen=fresh(case).event_count)
    assert answer.status_code == 302
    reply.refresh_from_db()
    assert reply.state == "unit_review"


def test_reply_goes_through_the_hands_of_another_person(desk, town, case, reply):
    sent(desk, case, reply)
    page = told(desk("审核人").page(case))
    assert "审核通过，送质检" in page
    assert desk("审核人").post(f"/desk/replies/{reply.pk}/pass/", seen=fresh(case).event_count).status_code == 302
    reply.refresh_from_db()
    assert (reply.state, reply.reviewer) == ("quality", town.people["审核人"])


def test_author_may_not_review_their_own_words(desk, town, case, reply):
    # The head of the unit may write and review, but not the same text.
    head = desk("负责人")
    head.post(f"/desk/replies/{reply.pk}/", **filled(reply), do="send", seen=fresh(case).event_count)
    page = told(head.page(case))
    assert "请本单位另一位同事审核" in page
    assert "送质检" not in page
    answer = head.post(f"/desk/replies/{reply.pk}/pass/", seen=fresh(case).event_count)
    assert answer.status_code == 422
    assert "拟稿人不能审核自己写的回复" in told(answer)


def test_returned_reply_shows_why_and_then_what_was_changed_since(desk, town, case, reply):
    sent(desk, case, reply)
    url = f"/desk/replies/{reply.pk}/return/"
    assert desk("审核人").post(url, seen=fresh(case).event_count, note=" ").status_code == 422
    desk("审核人").post(url, seen=fresh(case).event_count, note="写清下一次检查的日期")
    assert "写清下一次检查的日期" in told(desk("承办人").page(case))
    reply.refresh_from_db()
    body = FINAL_TEXT + "下一次检查是12月20日。"
    desk("负责人").post(
        f"/desk/replies/{reply.pk}/", **filled(reply, body=body), do="send", seen=fresh(case).event_count
    )
    page = told(desk("审核人").page(case))
    assert "与上次退回的第2稿相比" in page or "与上次退回的第1稿相比" in page
    assert "<ins>下一次检查是12月20日。</ins>" in page


def test_versions_are_compared(desk, town, case, reply):
    desk("承办人").post(f"/desk/replies/{reply.pk}/", **filled(reply, body="水泵坏了"))
    reply.refresh_from_db()
    desk("负责人").post(f"/desk/replies/{reply.pk}/", **filled(reply, body="水泵已经修好<b>"))
    page = told(desk("承办人").get(f"/desk/replies/{reply.pk}/versions/"))
    assert "<ins>已经修好&lt;b&gt;</ins>" in page


def test_discarded_draft_leaves_the_page(desk, town, case, reply):
    assert desk("审核人").post(f"/desk/replies/{reply.pk}/discard/", seen=fresh(case).event_count).status_code == 403
    desk("承办人").post(f"/desk/replies/{reply.pk}/discard/", seen=fresh(case).event_count)
    reply.refresh_from_db()
    assert reply.state == "discarded"
    assert "写回复" in told(desk("承办人").page(case))


def test_evidence_is_kept_checked_and_removable(desk, town, case, reply):
    worker = desk("承办人")
    worker.post(f"/desk/replies/{reply.pk}/", **filled(reply), files=[picture()])
    file = Attachment.objects.get(reply=reply)
    assert worker.get(f"/desk/files/{file.key}/").status_code == 200
    reply.refresh_from_db()
    bad = SimpleUploadedFile("脚本.png", b"<script>alert(1)</script>", "image/png")
    answer = worker.post(f"/desk/replies/{reply.pk}/", **filled(reply, body=FINAL_TEXT + "改"), files=[bad])
    assert answer.status_code == 422
    assert "不是能接收的文件" in told(answer)
    reply.refresh_from_db()
    assert reply.body == FINAL_TEXT + "改"
    worker.post(f"/desk/replies/{reply.pk}/files/{file.key}/remove/")
    assert not Attachment.objects.filter(reply=reply).exists()


def test_evidence_of_an_unpublished_reply_stays_in_the_unit(desk, town):
    case = town.handling(supporting=["供水公司"])
    reply = town.drafted(case)
    desk("承办人").post(f"/desk/replies/{reply.pk}/", **filled(reply), files=[picture()])
    key = Attachment.objects.get(reply=reply).key
    assert desk("供水承办人").get(f"/desk/files/{key}/").status_code == 404


def test_inserting_a_template_saves_what_was_written(desk, town, case, reply):
    row = ReplyTemplate.objects.create(unit=None, kind="final", title="通用", body="联系人：【姓名】")
    desk("承办人").post(f"/desk/replies/{reply.pk}/", **filled(reply), do="template", template=row.pk)
    reply.refresh_from_db()
    assert reply.body == FINAL_TEXT + "\n\n联系人：【姓名】"


def test_published_reply_is_read_only(desk, town, case):
    town.published(case)
    reply = Reply.objects.get()
    page = told(desk("承办人").page(fresh(case)))
    assert FINAL_TEXT in page
    assert f"/desk/replies/{reply.pk}/autosave/" not in page
    answer = desk("承办人").post(f"/desk/replies/{reply.pk}/", **filled(reply, body="改写历史" * 10))
    assert answer.status_code == 422
    reply.refresh_from_db()
    assert reply.body == FINAL_TEXT
