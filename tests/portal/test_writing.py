"""Writing a message in every way, and everything that can go wrong with it."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from tests.cast import BODY, TITLE
from tests.portal.conftest import code_in, text_of

from huixiang.accounts import throttle
from huixiang.accounts.models import SmsCode
from huixiang.cases.models import Attachment, Case, Draft
from huixiang.notices.channels import GatewayDown
from huixiang.triage.likeness import keep_keys
from huixiang.units.models import OfficeHolder


def token_of(page):
    return re.search(r'name="form_token" value="([^"]+)"', page.content.decode())[1]


@pytest.fixture
def write(client, town):
    """Sends the form as a browser would, with a fresh token unless one is given."""

    def write(follow=False, **changes):
        token = changes.pop("form_token", None) or token_of(client.get("/submit/"))
        typed = {
            "form_token": token, "column": "voice", "kind": "help", "region": "430104", "township": "", "title": TITLE,
            "body": BODY, "visibility": "public", "way": "anonymous", "phone": "", "contact_name": "",
            "business_name": "", "amount_yuan": "", "office_holder": "",
        } | changes  # fmt: skip
        return client.post("/submit/", {k: v for k, v in typed.items() if v is not None}, follow=follow)

    return write


def receipt(page):
    words = text_of(page)
    return re.search(r"HX\w{12}", words)[0], re.search(r"[2-9A-Z]{4}-[2-9A-Z]{4}", words)[0]


def test_anonymous_message_gives_a_receipt_that_opens_the_case(client, write, town):
    page = write(follow=True, region="430104", township="430104001")

    number, code = receipt(page)
    case = Case.objects.get(number=number)
    assert page.redirect_chain[-1][0] == "/submit/done/" and "data:image/svg+xml" in page.content.decode()
    assert (case.title, case.author, case.region_id, case.state) == (TITLE, None, "430104001", "submitted")
    client.cookies.clear()
    assert client.get("/submit/done/").status_code == 302
    opened = client.post("/track/", {"number": number.lower(), "code": code.lower()}, follow=True)
    assert TITLE in opened.content.decode() and opened.request["PATH_INFO"] == f"/mine/{number}/"


def test_same_form_twice_is_recorded_once_with_the_same_receipt(client, write, town):
    token = token_of(client.get("/submit/"))
    first, again = write(form_token=token, follow=True), write(form_token=token, follow=True)
    client.cookies.clear()
    elsewhere = write(form_token=token, follow=True)
    assert receipt(first) == receipt(again) == receipt(elsewhere)
    assert Case.objects.count() == 1


def test_phone_way_submits_only_after_the_code_and_signs_in(client, write, town, sms):
    page = write(follow=True, way="phone", phone="138 1234 5678", contact_name="李女士")
    assert Case.objects.count() == 0 and "138****5678" in text_of(page)
    url = page.redirect_chain[-1][0]
    wrong = client.post(url, {"code": "000000" if code_in(sms) != "000000" else "111111"})
    assert wrong.status_code == 422 and "验证码不对" in text_of(wrong)
    code = code_in(sms)

    done = client.post(url, {"code": code}, follow=True)

    case = Case.objects.get()
    assert case.author == town.people["小满"] and case.number in text_of(done)
    assert "李女士" in case.sealed_contact and case.draft.sealed_form == ""
    assert client.get("/mine/").status_code == 200 and TITLE in client.get("/mine/").content.decode()
    again = client.post(url, {"code": code}, follow=True)
    assert receipt(again) == receipt(done) and Case.objects.count() == 1


def test_waiting_message_is_sealed_and_only_its_session_can_confirm_it(client, write, town, sms):
    url = write(follow=True, way="phone", phone="13812345678").redirect_chain[-1][0]
    draft = Draft.objects.get()
    with connection.cursor() as cursor:
        cursor.execute("SELECT sealed_form FROM cases_draft")
        stored = cursor.fetchone()[0]
    assert TITLE not in stored and "13812345678" not in stored and TITLE in draft.sealed_form
    assert "13812345678" not in str(dict(client.session))
    client.cookies.clear()
    assert client.get(url).status_code == 404
    assert TITLE not in client.get(f"/submit/?draft={draft.token}").content.decode()


def test_code_can_be_sent_again_and_the_text_changed_meanwhile(client, write, town, sms):
    url = write(follow=True, way="phone", phone="13812345678").redirect_chain[-1][0]
    old = code_in(sms)
    assert "已重新发送" in text_of(client.post(url, {"resend": "1"}))
    token = Draft.objects.get().token
    back = client.get(f"/submit/?draft={token}")
    assert TITLE in back.content.decode() and token_of(back) == token
    write(form_token=token, way="phone", phone="13812345678", title="改过的标题写在这里")
    assert client.post(url, {"code": old}).status_code == 422
    client.post(url, {"code": code_in(sms)})
    assert Case.objects.get().sealed_title == "改过的标题写在这里"


def test_gateway_down_keeps_the_form(client, write, town, sms, monkeypatch):
    def down(*args, **kwargs):
        raise GatewayDown("no line")

    monkeypatch.setattr("huixiang.notices.actions.texting.send_sms", down)
    page = write(way="phone", phone="13812345678")
    assert page.status_code == 503 and "短信暂时发不出去" in text_of(page) and BODY in page.content.decode()
    assert Case.objects.count() == 0


def test_signed_in_citizen_submits_at_once(citizen, write, town):
    write(way=None, phone=None)
    assert Case.objects.get().author == town.people["小满"]


def test_staff_account_does_not_become_an_author(client, write, town):
    client.force_login(town.people["承办人"], backend="huixiang.accounts.backends.AccountBackend")
    write()
    assert Case.objects.get().author is None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"title": "停水了"}, "标题写得太短：至少5个字，现在3个字"),
        ({"title": "停" * 41}, "标题写得太长：最多40个字，现在41个字"),
        ({"title": "停\u200b\u200b\u202e水\u2060\ufeff了"}, "现在3个字"),
        ({"body": "没有水。"}, "内容写得太短：至少10个字，现在4个字"),
        ({"body": "水" * 2001}, "最多2000个字，现在2001个字"),
        ({"body": " \n\u3000" * 30}, "请填写内容"),
        ({"region": ""}, "请选择事情发生在哪个市州、县市区"),
        ({"region": "999999"}, "没有这个地方"),
        ({"kind": ""}, "请选择“类型”"),
        ({"column": "legal", "kind": "complaint"}, "“问法湖南”只收咨询、求助"),
        ({"column": "leader"}, "请选择写给哪位负责人"),
        ({"column": "consumer"}, "请填写商家名称"),
        ({"column": "consumer", "business_name": "某店", "amount_yuan": "两千"}, "金额请只写数字"),
        ({"way": "phone", "phone": "12345"}, "手机号应为11位数字"),
        ({"way": "phone"}, "请填写手机号，或者选“不留手机”"),
        ({"visibility": "everyone"}, "别人能看到吗里没有这一项"),
    ],
)  # fmt: skip
def test_bad_input_is_answered_beside_the_field_and_nothing_is_lost(write, town, sms, changes, words):
    page = write(contact_name="王先生", **changes)
    assert page.status_code == 422 and words in text_of(page)
    assert 'value="王先生"' in page.content.decode()
    assert changes.get("body", BODY)[:40].strip() in page.content.decode()
    assert Case.objects.count() == 0 and sms == []


def test_limits_count_characters_as_people_do(write, town):
    body = "水" * 1999 + "𠮷"
    write(title="𠮷" * 40, body=body.replace("水水", "水\u200b水"))
    assert Case.objects.get().sealed_body == body and len(Case.objects.get().sealed_title) == 40


def test_markup_stays_text(client, write, town):
    write(title="<b>加粗</b>的标题在这里", body="<script>alert(1)</script>请看这里的内容")
    case = Case.objects.get()
    page = client.get(f"/mine/{case.number}/").content.decode()
    assert case.sealed_body.startswith("<script>")
    assert "<script>alert" not in page and "&lt;script&gt;alert(1)" in page and "<b>加粗" not in page


def test_line_ends_and_invisible_characters_are_neutralised(write, town):
    write(title="小区\n停水\t三天了", body="第一行\r\n第二行\u2028第三行\x00\x07\u202e完。再写几个字")
    case = Case.objects.get()
    assert case.sealed_title == "小区 停水 三天了" and case.sealed_body == "第一行\n第二行\n第三行完。再写几个字"


def test_report_is_private_whatever_was_chosen(write, town):
    write(kind="report", visibility="public")
    assert Case.objects.get().visibility == "private"


def test_columns_take_their_own_fields_and_drop_the_others(client, write, town):
    holder = OfficeHolder.objects.get()
    write(column="leader", office_holder=str(holder.pk), business_name="不相干", amount_yuan="3")
    write(
        column="consumer",
        kind="complaint",
        business_name="某某健身",
        amount_yuan="2600.50",
        office_holder=str(holder.pk),
    )
    leader, consumer = Case.objects.order_by("pk")
    assert (leader.office_holder, leader.business_name, leader.amount_yuan) == (holder, "", None)
    assert (consumer.office_holder, consumer.business_name, str(consumer.amount_yuan)) == (None, "某某健身", "2600.50")


# -- files ---------------------------------------------------------------------


def upload(name, data, kind="image/png"):
    return SimpleUploadedFile(name, data, kind)


def test_files_travel_with_the_message(write, town, png):
    write(files=[upload("现场.png", png), upload("说明.pdf", b"%PDF-1.4 plain", "application/pdf")])
    files = list(Case.objects.get().attachments.all())
    assert [(f.kind, f.is_public) for f in files] == [("image", False), ("pdf", False)]


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (("照片.png", b"MZ\x90\x00 this is a program", "image/png"), "不是能接收的文件"),
        (("照片.jpg", b"<html><script>alert(1)</script>", "image/jpeg"), "不是能接收的文件"),
        (("空.png", b"", "image/png"), "空"),
        (("坏.png", b"\x89PNG\r\n\x1a\nbroken", "image/png"), "打不开"),
        (("文.pdf", b"%PDF-1.4 /JavaScript (alert)", "application/pdf"), "带有脚本"),
    ],
)  # fmt: skip
def test_disguised_and_broken_files_are_refused(write, town, file, words):
    page = write(files=[upload(*file)])
    assert page.status_code == 422 and words in text_of(page) and BODY in page.content.decode()
    assert Case.objects.count() == 0 and Attachment.objects.count() == 0


def test_oversize_file_is_refused(write, town, settings):
    settings.UPLOAD_MAX_BYTES = 1024 * 1024
    page = write(files=[upload("大.png", b"\x89PNG\r\n\x1a\n" + b"0" * 1024 * 1024)])
    assert page.status_code == 422 and "超过1MB" in text_of(page)


def test_too_many_files_are_refused(write, town, png, settings):
    settings.UPLOAD_MAX_FILES = 2
    page = write(files=[upload(f"{n}.png", png) for n in range(3)])
    assert page.status_code == 422 and "最多2个文件" in text_of(page) and Attachment.objects.count() == 0


def test_uploaded_files_outlive_an_error_and_can_be_taken_off(client, write, town, png):
    token = token_of(client.get("/submit/"))
    page = write(form_token=token, title="短", files=[upload("甲.png", png), upload("乙.png", png)])
    assert page.status_code == 422 and "甲.png" in text_of(page) and "乙.png" in text_of(page)
    gone = Attachment.objects.get(name="甲.png")

    write(form_token=token, drop_file=gone.key)

    assert [f.name for f in Case.objects.get().attachments.all()] == ["乙.png"]


def test_files_of_a_waiting_message_come_along(client, write, town, sms, png):
    url = write(follow=True, way="phone", phone="13812345678", files=[upload("甲.png", png)]).redirect_chain[-1][0]
    client.post(url, {"code": code_in(sms)})
    file = Attachment.objects.get()
    assert file.case == Case.objects.get() and file.draft is None


# -- places, drafts, likeness, danger -------------------------------------------


def test_places_can_be_chosen_without_script(client, write, town):
    page = client.get("/submit/").content.decode()
    assert '<optgroup label="长沙市">' in page and '<option value="430104">岳麓区</option>' in page
    assert "望月湖街道" not in page
    asked = write(show_townships="1", title="短")
    assert (
        asked.status_code == 200 and "望月湖街道" in asked.content.decode() and 'value="短"' in asked.content.decode()
    )
    assert Case.objects.count() == 0


def test_places_are_found_by_name(client, town):
    assert "岳麓区望月湖街道" in text_of(client.get("/places/?place_q=望月"))
    assert "没有找到" in text_of(client.get("/places/?place_q=月球"))
    picker = client.get("/places/picker/?code=430104001&required=1").content.decode()
    assert '<option value="430104" selected>' in picker and '<option value="430104001" selected>' in picker
    assert "望月湖街道" in client.get("/places/townships/?region=430104").content.decode()


def test_township_of_another_county_is_left_out(write, town):
    write(region="430111", township="430104001")
    assert Case.objects.get().region_id == "430111"


def test_draft_of_a_signed_in_citizen_is_kept_and_taken_up_again(citizen, town):
    token = token_of(citizen.get("/submit/"))
    typed = {"form_token": token, "title": "写了一半", "body": "网断了也不怕", "region": "430104"}
    assert citizen.post("/submit/draft/", typed).json()["saved_at"]
    citizen.post("/submit/draft/", typed | {"title": "又写了一点"})
    assert Draft.objects.get().author == town.people["小满"]
    assert "又写了一点" in citizen.get("/mine/").content.decode()
    page = citizen.get(f"/submit/?draft={token}")
    assert "网断了也不怕" in page.content.decode() and token_of(page) == token
    citizen.post(f"/mine/drafts/{token}/discard/")
    assert Draft.objects.count() == 0


def test_submitted_draft_leaves_the_list(citizen, write, town):
    token = token_of(citizen.get("/submit/"))
    citizen.post("/submit/draft/", {"form_token": token, "title": TITLE})
    write(form_token=token, way=None, phone=None)
    assert "没写完的草稿" not in citizen.get("/mine/").content.decode()
    assert citizen.post("/submit/draft/", {"form_token": token, "title": "太晚了"}).status_code == 409


def test_drafts_are_for_their_author_alone(client, citizen, town, other_citizen):
    token = token_of(citizen.get("/submit/"))
    citizen.post("/submit/draft/", {"form_token": token, "title": "只有我能看"})
    client.force_login(other_citizen, backend="huixiang.accounts.backends.AccountBackend")
    assert "只有我能看" not in client.get(f"/submit/?draft={token}").content.decode()
    assert client.post("/submit/draft/", {"form_token": token, "title": "抢走"}).status_code == 409
    client.post(f"/mine/drafts/{token}/discard/")
    client.logout()
    assert client.post("/submit/draft/", {"form_token": token, "title": "抢走"}).status_code == 403
    assert "只有我能看" in Draft.objects.get().sealed_form


def test_similar_public_cases_appear_while_typing(client, town):
    like = town.approved()
    hidden = town.approved(visibility="private", title="小区二次供水水压太低没人管")
    half = town.answered(visibility="reply_only", title="小区二次供水水压太低很久了")
    keep_keys([like, hidden, half])
    page = client.post(
        "/submit/similar/", {"title": "我们小区水压太低", "body": "", "region": "430104"}
    ).content.decode()
    assert like.number in page and f"/support/{like.number}/" in page
    assert hidden.number not in page and half.number not in page
    assert client.post("/submit/similar/", {"title": "水", "body": ""}).content.strip() == b""


def test_similar_search_is_throttled(client, town, monkeypatch):
    monkeypatch.setattr(
        throttle, "LIVE_SEARCH_PER_ADDRESS", throttle.Limit("live", 2, throttle.LOOK_UP_PER_ADDRESS.window)
    )
    answers = [client.post("/submit/similar/", {"title": "小区水压太低"}).status_code for _ in range(3)]
    assert answers == [200, 200, 429]


def test_submitting_is_throttled_and_keeps_the_text(write, town, monkeypatch):
    monkeypatch.setattr(
        throttle, "SUBMIT_PER_ADDRESS", throttle.Limit("submit-x", 1, throttle.LOOK_UP_PER_ADDRESS.window)
    )
    assert write().status_code == 302
    page = write()
    assert page.status_code == 429 and "操作太频繁" in text_of(page) and BODY in page.content.decode()
    assert Case.objects.count() == 1


def test_danger_is_answered_with_the_number_to_call_and_does_not_block(write, town):
    page = write(title="楼下店铺着火了没人管", follow=True)
    assert Case.objects.count() == 1 and "请先打 119" in text_of(page)
    error = write(title="短", body="邻居正在打人，孩子吓坏了，请快来人").content.decode()
    assert re.search(r'data-danger="正在打人[^>]*"><p', error) and re.search(r'data-danger="着火[^>]*" hidden>', error)


def test_form_without_token_or_with_an_odd_one_gets_a_new_one(client, write, town):
    first, second = write(form_token="a", follow=True), write(form_token="a", follow=True)
    assert receipt(first) != receipt(second) and Case.objects.count() == 2


def test_without_a_gateway_only_the_anonymous_way_is_offered(client, town):
    page = client.get("/submit/").content.decode()
    assert 'value="anonymous"' in page and 'name="phone"' not in page
    assert SmsCode.objects.count() == 0
