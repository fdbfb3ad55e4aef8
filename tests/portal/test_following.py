"""An author follows an own message: tracking, supplementing, withdrawing, rating, reopening; and who joins it."""

import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image
from tests.cast import BODY, MORNING, TITLE, fresh
from tests.portal.conftest import code_in, text_of

from huixiang.accounts import throttle
from huixiang.cases.actions.merging import merge
from huixiang.cases.actions.submitting import query_code
from huixiang.cases.models import Case, Supplement, Supporter
from huixiang.followup.models import SCORES, Rating
from huixiang.moderation.actions import reviewing
from huixiang.notices.actions.telling import Word, tell
from huixiang.notices.models import Notice

LIVE = dict.fromkeys(SCORES, "5") | {"outcome": "resolved", "reason": "", "comment": ""}


@pytest.fixture
def lately():
    """A moment shortly before the test runs: doors act at the real time."""
    return timezone.now() - timedelta(hours=6)


def coded(town, **message):
    """A case without an author and its query code."""
    token = "t" * 32
    return town.submit(by=None, form_token=token, **message), query_code(token)


def test_wrong_number_and_wrong_code_sound_the_same(client, town):
    case, code = coded(town)
    answers = [
        client.post("/track/", {"number": n, "code": c})
        for n, c in [(case.number, "AAAABBBB"), ("HX261118AAAAAA", code)]
    ]
    words = [text_of(a).replace(case.number, "").replace("HX261118AAAAAA", "") for a in answers]
    assert [a.status_code for a in answers] == [422, 422] and "对不上" in words[0]
    strip = [
        a.content.decode().split("<main")[1].replace(case.number, "N").replace("HX261118AAAAAA", "N") for a in answers
    ]
    clean = [s.replace("AAAABBBB", "C").replace(code, "C").split("csrfmiddlewaretoken")[0] for s in strip]
    assert clean[0] == clean[1]


def test_guessing_codes_is_throttled(client, town, monkeypatch):
    monkeypatch.setattr(throttle, "LOOK_UP_PER_ADDRESS", throttle.Limit("look", 3, timedelta(minutes=15)))
    case, code = coded(town)
    answers = [client.post("/track/", {"number": case.number, "code": "AAAABBBB"}).status_code for _ in range(4)]
    assert answers == [422, 422, 422, 429]
    assert client.post("/track/", {"number": case.number, "code": code}).status_code == 429


def test_address_is_the_last_hop_behind_our_proxy_only(client, town, monkeypatch, settings):
    monkeypatch.setattr(throttle, "LOOK_UP_PER_ADDRESS", throttle.Limit("look", 1, timedelta(minutes=15)))
    case, _ = coded(town)

    def guess(forwarded):
        return client.post("/track/", {"number": case.number, "code": "A"}, HTTP_X_FORWARDED_FOR=forwarded).status_code

    assert [guess("1.1.1.1"), guess("2.2.2.2")] == [422, 429]
    settings.TRUST_PROXY = True
    assert [guess("9.9.9.9, 3.3.3.3"), guess("8.8.8.8, 3.3.3.3"), guess("3.3.3.3, 4.4.4.4")] == [422, 429, 422]


def test_tracking_page_opens_for_its_author_and_its_session_alone(client, town, other_citizen):
    case, code = coded(town, title="私下的一件事情说一说", visibility="private")
    own = town.submit()
    backend = "huixiang.accounts.backends.AccountBackend"
    for number in (case.number, own.number, "HX000000AAAAAA"):
        assert client.get(f"/mine/{number}/").status_code == 404
    client.force_login(other_citizen, backend=backend)
    assert client.get(f"/mine/{own.number}/").status_code == 404
    for verb in ("supplement", "withdraw", "visibility", "rating", "reopen"):
        assert client.post(f"/mine/{own.number}/{verb}/", {"body": "别人写的话"}).status_code == 404
    client.force_login(town.people["小满"], backend=backend)
    assert client.get(f"/mine/{own.number}/").status_code == 200
    client.logout()
    client.post("/track/", {"number": case.number, "code": f"{code[:4]}-{code[4:]}"})
    assert "私下的一件事情说一说" in client.get(f"/mine/{case.number}/").content.decode()
    assert case.number in client.get("/mine/").content.decode()


def test_author_reads_the_original_and_what_comes_next(citizen, town):
    case = town.handling(body="我的电话13987651234，请打给我，六楼没有水。")
    assert "13987651234" not in citizen.get(f"/cases/{case.number}/").content.decode()
    page = citizen.get(f"/mine/{case.number}/")
    assert "13987651234" in page.content.decode() and "单位正在办理" in text_of(page) and "11月18日" in text_of(page)
    assert "no-cache" in page["Cache-Control"]


def test_question_of_the_reviewer_stands_on_top_and_is_answered(citizen, town, lately):
    case = town.submit(at=lately)
    reviewing.take(case, town.act("审核员", lately))
    reviewing.ask_supplement(fresh(case), town.act("审核员", lately), question="请写明小区的名字")
    page = text_of(citizen.get(f"/mine/{case.number}/"))
    assert "请您补充" in page and "请写明小区的名字" in page
    citizen.post(f"/mine/{case.number}/supplement/", {"body": "是望月小区\u200b三栋"})
    assert fresh(case).state == "submitted" and Supplement.objects.get().sealed_body == "是望月小区三栋"


def test_supplement_waits_for_review(citizen, town, lately):
    case = town.handling(at=lately)
    answer = citizen.post(f"/mine/{case.number}/supplement/", {"body": "昨天晚上又停了一次水"}, follow=True)
    assert "补充已收到" in text_of(answer) and "昨天晚上又停了一次水" in text_of(answer)
    assert "昨天晚上又停了一次水" not in citizen.get(f"/cases/{case.number}/").content.decode()
    wrong = citizen.post(f"/mine/{case.number}/supplement/", {"body": "哦"})
    assert wrong.status_code == 422 and "补充内容写得太短" in text_of(wrong)


def test_files_of_a_supplement_wait_for_a_reviewer(citizen, town, lately, settings):
    case = town.handling(at=lately)
    picture = io.BytesIO()
    Image.new("RGB", (8, 8)).save(picture, "PNG")
    sent = {"body": "补一张水表的照片", "files": [SimpleUploadedFile("水表.png", picture.getvalue())]}
    citizen.post(f"/mine/{case.number}/supplement/", sent)
    file = case.attachments.get()
    assert file.supplement.body == "补一张水表的照片" and not file.is_public
    assert citizen.get(f"/files/{file.key}/").status_code == 200
    assert Client().get(f"/files/{file.key}/").status_code == 404

    settings.UPLOAD_MAX_FILES = 1
    two = [SimpleUploadedFile(f"{n}.png", picture.getvalue()) for n in range(2)]
    for files, words in ((two, "一次最多传1个文件"), ([SimpleUploadedFile("x.png", b"MZ\x90")], "不是能接收的文件")):
        wrong = citizen.post(f"/mine/{case.number}/supplement/", {"body": "再补几张照片", "files": files})
        assert wrong.status_code == 422 and words in text_of(wrong) and "再补几张照片" in text_of(wrong)
    assert case.supplements.count() == 1


def test_declined_author_reads_why_and_where_else_to_turn(citizen, town):
    case = town.submit()
    reviewing.take(case, town.act("审核员"))
    reviewing.decline(fresh(case), town.act("审核员"), code="in_court", note="您写了已经开庭")
    page = text_of(citizen.get(f"/mine/{case.number}/"))
    assert "已在诉讼或仲裁中" in page and "可以去这里" in page and "您写了已经开庭" in page and "改好重新留言" in page


def test_merged_author_is_led_to_the_parent(citizen, town):
    parent, child = town.approved(), town.approved(title="同一件事情又说了一遍")
    merge(child, parent, town.act("交办员"))
    assert f"/cases/{parent.number}/" in citizen.get(f"/mine/{child.number}/").content.decode()


def test_withdrawn_message_leaves_the_public_at_once(citizen, town, lately):
    case = town.handling(at=lately)
    assert citizen.get(f"/cases/{case.number}/").status_code == 200
    assert "您已撤回" in text_of(citizen.post(f"/mine/{case.number}/withdraw/", {"reason": ""}, follow=True))
    assert citizen.get(f"/cases/{case.number}/").status_code == 404
    again = citizen.post(f"/mine/{case.number}/withdraw/", {"reason": "再撤一次"})
    assert again.status_code == 409 and "刚刚有变化" in text_of(again) and "再撤一次" in again.content.decode()


def test_visibility_is_changed_by_its_author(citizen, town, lately):
    case = town.handling(at=lately)
    citizen.post(f"/mine/{case.number}/visibility/", {"visibility": "private"})
    assert fresh(case).visibility == "private" and citizen.get(f"/cases/{case.number}/").status_code == 404
    citizen.post(f"/mine/{case.number}/visibility/", {"visibility": "public"})
    assert citizen.get(f"/cases/{case.number}/").status_code == 200


def test_report_cannot_be_opened_to_the_public(citizen, town, lately):
    case = town.submit(kind="report", at=lately)
    answer = citizen.post(f"/mine/{case.number}/visibility/", {"visibility": "public"})
    assert answer.status_code == 422 and fresh(case).visibility == "private"


def test_rating_closes_the_case_and_shows_on_its_page(citizen, town, lately):
    case = town.answered(at=lately)
    page = citizen.get(f"/mine/{case.number}/").content.decode()
    assert page.count('class="star-row"') == 6 and page.count('type="radio" name="unit_result"') == 5
    citizen.post(f"/mine/{case.number}/rating/", LIVE | {"comment": "办得好，谢谢！"})
    assert fresh(case).state == "closed" and Rating.objects.get().is_doubly_satisfied
    assert "办得好，谢谢！" in citizen.get(f"/cases/{case.number}/").content.decode()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"outcome": ""}, "请选择“事情办得怎么样”"),
        ({"unit_speed": ""}, "请给“办理速度”打星"),
        ({"unit_speed": "9"}, "每一项都请打1到5星"),
        ({"unit_result": "2"}, "有打1星或2星的，请选一个原因"),
    ],
)
def test_incomplete_rating_is_asked_for_what_is_missing(citizen, town, lately, changes, words):
    case = town.answered(at=lately)
    answer = citizen.post(f"/mine/{case.number}/rating/", LIVE | {"comment": "我写的话还在"} | changes)
    assert answer.status_code == 422 and words in text_of(answer) and "我写的话还在" in answer.content.decode()
    assert Rating.objects.count() == 0


def test_unsatisfied_rating_takes_its_reason(citizen, town, lately):
    case = town.answered(at=lately)
    low = LIVE | {"unit_result": "1", "reason": "not_solved", "outcome": "unresolved"}
    citizen.post(f"/mine/{case.number}/rating/", low)
    assert Rating.objects.get().reason == "not_solved" and fresh(case).resolution == "unresolved"


def test_rating_twice_is_told_that_the_case_moved_on(citizen, town, lately):
    case = town.answered(at=lately)
    citizen.post(f"/mine/{case.number}/rating/", LIVE)
    again = citizen.post(f"/mine/{case.number}/rating/", LIVE)
    assert again.status_code == 409 and Rating.objects.count() == 1


def test_case_is_reopened_with_a_reason_and_not_after_thirty_days(citizen, town, lately):
    case = town.answered(at=lately)
    citizen.post(f"/mine/{case.number}/rating/", LIVE)
    assert citizen.post(f"/mine/{case.number}/reopen/", {"reason": " "}).status_code == 422
    citizen.post(f"/mine/{case.number}/reopen/", {"reason": "水还是没有来，请再查一次"})
    assert fresh(case).state == "reopened" and fresh(case).round == 2
    old = town.closed(at=lately - timedelta(days=40))
    late = citizen.post(f"/mine/{old.number}/reopen/", {"reason": "水还是没有来，请再查一次"})
    assert late.status_code == 422 and "办结已超过30天" in text_of(late) and "请再查一次" in late.content.decode()
    assert 'id="reopen"' not in citizen.get(f"/mine/{old.number}/").content.decode()


def test_notices_are_marked_as_read(citizen, town):
    case = town.submit()
    for key, number in (("a", case.number), ("b", "HX000000AAAAAA")):
        tell(Word("有新回复", f"第{key}条通知", f"/mine/{number}/"), key=key, at=MORNING, user=town.people["小满"])
    assert "2条未读" in text_of(citizen.get("/mine/"))
    citizen.get(f"/mine/{case.number}/")
    assert "1条未读" in text_of(citizen.get("/mine/"))
    citizen.post("/mine/notices/read/")
    assert "未读" not in text_of(citizen.get("/mine/")) and not Notice.objects.filter(read_at=None).exists()


def test_own_list_takes_the_same_queries_for_many(citizen, town):
    def measured(rows):
        for _ in range(rows):
            town.submit()
        with CaptureQueriesContext(connection) as seen:
            citizen.get("/mine/")
        return len(seen)

    assert measured(5) == measured(25)


# -- signing in ---------------------------------------------------------------


def test_phone_and_code_sign_in_and_out(client, town, sms):
    town.submit()
    page = client.post("/sign-in/", {"phone": "+86 138-1234-5678"})
    assert "138****5678" in text_of(page)
    wrong = client.post("/sign-in/", {"code": "12"})
    assert wrong.status_code == 422
    answer = client.post("/sign-in/?next=/submit/", {"code": code_in(sms)})
    assert answer["Location"] == "/submit/"
    assert TITLE in client.get("/mine/").content.decode()
    client.post("/sign-out/")
    assert TITLE not in client.get("/mine/").content.decode()
    assert client.get("/sign-out/").status_code == 405


def test_sign_in_leads_only_to_own_pages(client, town, sms):
    client.post("/sign-in/", {"phone": "13812345678"})
    assert client.post("/sign-in/?next=https://evil.example/", {"code": code_in(sms)})["Location"] == "/mine/"


def test_codes_to_one_phone_are_throttled(client, town, sms):
    answers = [client.post("/sign-in/", {"phone": "13812345678"}).status_code for _ in range(6)]
    assert answers == [200] * 5 + [429] and len(sms) == 5
    assert client.post("/sign-in/", {"phone": "123"}).status_code == 422


def test_code_for_one_purpose_does_not_serve_another(client, town, sms):
    case = town.approved()
    client.post("/sign-in/", {"phone": "13812345678"})
    code = code_in(sms)
    client.post(f"/support/{case.number}/", {"phone": "13812345678", "note": ""})
    assert client.post(f"/support/{case.number}/", {"code": code}).status_code == 422 or code == code_in(sms)


# -- joining ------------------------------------------------------------------


def test_phone_joins_once_and_is_not_signed_in(client, town, sms):
    case = town.approved()
    url = f"/support/{case.number}/"
    for expected in ("已加入", "您已经加入过了"):
        client.post(url, {"phone": "13700001111", "note": "我家也没水"})
        assert expected in text_of(client.post(url, {"code": code_in(sms)}))
    assert fresh(case).supporters_count == 1 and Supporter.objects.get().sealed_note == "我家也没水"
    assert "手机号登录" in text_of(client.get("/mine/"))
    assert (
        "1人也遇到" in text_of(client.get("/cases/"))
        and "我家也没水" not in client.get(f"/cases/{case.number}/").content.decode()
    )


def test_signed_in_citizen_joins_at_once_but_not_their_own(client, citizen, town):
    own, other = town.approved(), town.approved(by="大雪", title="别人说的停水的事情")
    assert "已加入" in text_of(citizen.post(f"/support/{other.number}/", {"note": ""}))
    refused = citizen.post(f"/support/{own.number}/", {"note": ""})
    assert refused.status_code == 422 and "这是您自己的留言" in text_of(refused)
    assert fresh(own).supporters_count == 0


def test_number_of_words_in_the_case_stays_the_authors(citizen, town):
    case = town.submit()
    assert BODY in citizen.get(f"/mine/{case.number}/").content.decode()
    assert Case.objects.get(pk=case.pk).body == BODY
