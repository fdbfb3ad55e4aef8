"""The review desk: taking, masking, deciding; who may look, and that every look is logged."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from tests.cast import MORNING, fresh

from huixiang.accounts.models import User
from huixiang.accounts.roles import Role
from huixiang.cases import files
from huixiang.cases.actions import supplementing
from huixiang.cases.models import OriginalLook, Supplement
from huixiang.moderation.actions import reviewing
from huixiang.rules.lifecycle import State
from huixiang.triage import likeness
from huixiang.units.models import Membership

PHONE = "13812345678"
BODY = f"我叫张建国，电话{PHONE}，小区六楼以上早晚都没有水，物业一直说等。"


@pytest.fixture
def taken(town):
    case = town.submit(body=BODY)
    reviewing.take(case, town.act("审核员", role="平台审核员"))
    return fresh(case)


def decide(client, case, do, **form):
    given = {"seen": case.event_count, "title": case.title, "body": case.body, "urgency": "normal", **form}
    return client.post(f"/desk/review/{case.number}/", {"do": do, **given} if do else given)


def moderator_of_another_region(town):
    user = User.objects.create_staff("株洲审核员", "a long test password", "株洲审核员")
    Membership.objects.create(user=user, role=Role.MODERATOR, region=town.regions["株洲市"])
    town.people["株洲审核员"] = user


def test_queue_lists_new_messages_masked_with_the_danger_they_tell_of(town, desk):
    case = town.submit(body=f"楼下燃气泄漏了，味道很大，请快来人看看，电话{PHONE}。")
    page = desk("审核员").get("/desk/review/").content.decode()
    assert case.number in page and "燃气泄漏" in page and "可能有危险" in page
    assert PHONE not in page
    assert OriginalLook.objects.count() == 0


@pytest.mark.parametrize("who", ["承办人", "交办员", "质检员", "分析员", "系统管理员", "陌生人"])
def test_only_moderators_open_the_queue(town, desk, who):
    assert desk(who).get("/desk/review/").status_code == 403


def test_stranger_is_sent_to_sign_in(town, client):
    assert client.get("/desk/review/").headers["Location"].startswith("/desk/sign-in/")


def test_moderator_of_another_region_sees_nothing(town, desk):
    moderator_of_another_region(town)
    case = town.submit()
    browser = desk("株洲审核员")
    assert case.number not in browser.get("/desk/review/").content.decode()
    assert browser.get(f"/desk/review/{case.number}/").status_code == 404
    assert browser.post(f"/desk/review/{case.number}/take/").status_code == 404
    assert fresh(case).state == State.SUBMITTED


def test_coordinator_who_sees_the_case_may_not_review_it(town, desk):
    assert desk("交办员").get(f"/desk/review/{town.submit().number}/").status_code == 403


def test_first_reviewer_wins_and_the_second_is_told(town, desk):
    case = town.submit()
    first = desk("审核员").post(f"/desk/review/{case.number}/take/")
    assert first.headers["Location"] == f"/desk/review/{case.number}/"
    second = desk("另一审核员").post(f"/desk/review/{case.number}/take/", follow=True)
    assert "已由其他审核员领取" in second.content.decode()
    assert fresh(case).reviewer == town.people["审核员"]


def test_ten_are_taken_at_once_and_more_are_refused(town, desk):
    cases = [town.submit() for _ in range(11)]
    browser = desk("审核员")
    refused = browser.post("/desk/review/take/", {"do": "chosen", "case": [c.number for c in cases]}, follow=True)
    assert "一次最多领取10件" in refused.content.decode()
    assert fresh(cases[0]).state == State.SUBMITTED
    browser.post("/desk/review/take/", {"do": "chosen", "case": [c.number for c in cases[:10]]})
    assert [fresh(c).state for c in cases] == [State.MODERATING] * 10 + [State.SUBMITTED]


def test_taking_many_names_those_that_a_colleague_has(town, desk):
    mine, theirs = town.submit(), town.submit()
    reviewing.take(theirs, town.act("另一审核员"))
    page = desk("审核员").post(
        "/desk/review/take/", {"do": "chosen", "case": [mine.number, theirs.number]}, follow=True
    )
    words = page.content.decode()
    assert "领取了1件" in words and f"{theirs.number}没有领到" in words


def test_untaken_message_shows_no_original_and_logs_no_look(town, desk):
    case = town.submit(body=BODY)
    page = desk("审核员").get(f"/desk/review/{case.number}/").content.decode()
    assert PHONE not in page and "领取审核" in page
    assert OriginalLook.objects.count() == 0


def test_message_under_review_shows_the_marked_original_and_logs_the_look(town, desk, taken):
    page = desk("审核员").get(f"/desk/review/{taken.number}/").content.decode()
    assert f'<span class="found">{PHONE}</span><span class="found-kind">电话</span>' in page
    look = OriginalLook.objects.get()
    assert (look.user, look.case, look.purpose) == (town.people["审核员"], taken, "审核")


def test_colleague_does_not_see_the_original_of_a_taken_message(town, desk, taken):
    page = desk("另一审核员").get(f"/desk/review/{taken.number}/").content.decode()
    assert PHONE not in page and "正在审核" in page
    assert OriginalLook.objects.count() == 0


def test_one_click_masks_from_the_original_again(town, desk, taken):
    page = decide(desk("审核员"), taken, "mask", body=BODY).content.decode()
    area = page.split('<textarea name="body"')[1].split("</textarea>")[0]
    assert PHONE not in area and "138****5678" in area


def test_false_alarm_is_restored_by_its_checkbox(town, desk, taken):
    start = BODY.index(PHONE)
    page = decide(desk("审核员"), taken, "mask", restore=f"body:{start}-{start + len(PHONE)}").content.decode()
    assert PHONE in page.split('<textarea name="body"')[1].split("</textarea>")[0]


def test_approval_publishes_the_masked_version_and_opens_the_next(town, desk, taken):
    other = town.submit()
    reviewing.take(other, town.act("审核员"))
    answer = decide(desk("审核员"), taken, "approve", urgency="urgent", topic="housing.water")
    assert answer.headers["Location"] == f"/desk/review/{other.number}/"
    case = fresh(taken)
    assert (case.state, case.urgency, case.topic_id) == (State.TO_ASSIGN, "urgent", "housing.water")
    assert case.public_at is not None and PHONE not in case.body


def test_approval_with_personal_data_left_is_refused_and_the_text_kept(town, desk, taken):
    answer = decide(desk("审核员"), taken, "approve", body=f"改写过的正文，电话{PHONE}还在里面。")
    words = answer.content.decode()
    assert answer.status_code == 422
    assert "还有疑似个人信息" in words and "改写过的正文" in words
    assert fresh(taken).state == State.MODERATING
    decide(desk("审核员"), taken, "approve", body=f"改写过的正文，电话{PHONE}还在里面。", accept_remaining="on")
    assert fresh(taken).state == State.TO_ASSIGN


def test_empty_public_version_is_refused_beside_the_field(town, desk, taken):
    answer = decide(desk("审核员"), taken, "approve", body=" ")
    assert answer.status_code == 422 and "不能为空" in answer.content.decode()


def test_question_goes_to_the_citizen_and_an_empty_one_is_refused(town, desk, taken):
    browser = desk("审核员")
    assert "请写明需要留言人补充什么" in decide(browser, taken, "ask").content.decode()
    decide(browser, taken, "ask", question="请说明是哪一栋楼")
    assert fresh(taken).state == State.NEED_SUPPLEMENT


@pytest.mark.parametrize(("do", "code"), [("reject", "spam_ad"), ("divert", "criminal_report")])
def test_decline_shows_the_other_door_and_needs_a_reason(desk, taken, do, code):
    browser = desk("审核员")
    refused = decide(browser, taken, do, **{f"{do}_note": "已写好的说明"})
    assert refused.status_code == 422 and "已写好的说明" in refused.content.decode()
    assert "就近派出所报案" in refused.content.decode()
    decide(browser, taken, do, **{do: code})
    assert (fresh(taken).state, fresh(taken).reason_code) == (
        {"reject": State.REJECTED, "divert": State.DIVERTED}[do],
        code,
    )


def test_reason_of_the_other_kind_is_no_reason(town, desk, taken):
    assert decide(desk("审核员"), taken, "reject", reject="criminal_report").status_code == 422
    assert fresh(taken).state == State.MODERATING


def test_similar_case_is_offered_and_merged_into(town, desk, taken):
    earlier = town.approved()
    likeness.keep_keys([earlier])
    browser = desk("审核员")
    assert f'value="{earlier.number}"' in browser.get(f"/desk/review/{taken.number}/").content.decode()
    decide(browser, taken, None, into=earlier.number)
    assert (fresh(taken).state, fresh(taken).merged_into) == (State.MERGED, earlier)


def test_released_message_is_free_again(town, desk, taken):
    decide(desk("审核员"), taken, "release")
    assert (fresh(taken).state, fresh(taken).reviewer) == (State.SUBMITTED, None)


def test_old_page_is_told_what_changed_and_keeps_the_text(town, desk, taken):
    seen = taken.event_count
    reviewing.release(taken, town.act("审核员"))
    reviewing.take(taken, town.act("另一审核员"))
    taken.event_count = seen
    answer = decide(desk("审核员"), taken, "approve", body="我花了十分钟改好的正文，一个字都不能丢。")
    words = answer.content.decode()
    assert answer.status_code == 409
    assert "放回审核队列" in words and "我花了十分钟改好的正文" in words
    assert PHONE not in words


def test_accused_units_of_a_report_are_named_and_unknown_ones_refused(town, desk):
    case = town.submit(kind="report")
    reviewing.take(case, town.act("审核员"))
    case, browser = fresh(case), desk("审核员")
    assert "没有找到“查无此局”" in decide(browser, case, "approve", accused_1="查无此局").content.decode()
    decide(browser, case, "approve", accused_1="岳麓区住房和城乡建设局")
    assert list(fresh(case).accused_units.all()) == [town.units["住建局"]]


def test_only_ticked_files_are_released(town, desk):
    drawn = io.BytesIO()
    Image.new("RGB", (8, 8)).save(drawn, "PNG")
    pictures = [files.take(SimpleUploadedFile(f"{n}.png", drawn.getvalue()), at=MORNING) for n in "ab"]
    case = town.submit()
    for picture in pictures:
        picture.case = case
        picture.save()
    reviewing.take(case, town.act("审核员"))
    browser = desk("审核员")
    assert "a.png" in browser.get(f"/desk/review/{case.number}/").content.decode()
    decide(browser, fresh(case), "approve", file=str(pictures[0].pk))
    assert sorted(case.attachments.values_list("name", "is_public")) == [("a.png", True), ("b.png", False)]


def test_supplement_is_shown_as_edited(town, desk):
    case = town.approved()
    added = supplementing.supplement(case, f"补充一下，三栋也没有水，可以打{PHONE}。", town.act("小满"))
    browser, url = desk("审核员"), f"/desk/review/supplements/{added.pk}/"
    page = browser.get("/desk/review/").content.decode()
    assert "三栋也没有水" in page and PHONE not in page
    seen = fresh(case).event_count
    browser.post(url, {"do": "show", "seen": seen, "body": "补充一下，三栋也没有水。"})
    added.refresh_from_db()
    assert (added.state, added.body) == ("shown", "补充一下，三栋也没有水。")
    assert "已经有人审核过" in browser.post(url, {"do": "hide", "seen": seen}, follow=True).content.decode()


def test_supplement_can_stay_hidden_and_an_empty_text_is_not_shown(town, desk):
    case = town.approved()
    added = supplementing.supplement(case, "还有一件家里的私事想说明一下。", town.act("小满"))
    browser, url, seen = desk("审核员"), f"/desk/review/supplements/{added.pk}/", fresh(case).event_count
    assert browser.post(url, {"do": "show", "seen": seen, "body": " "}).status_code == 422
    browser.post(url, {"do": "hide", "seen": seen})
    assert Supplement.objects.get().state == "hidden"


def test_supplement_of_another_region_is_out_of_reach(town, desk):
    moderator_of_another_region(town)
    case = town.approved()
    added = supplementing.supplement(case, "还有一件家里的私事想说明一下。", town.act("小满"))
    desk("株洲审核员").post(f"/desk/review/supplements/{added.pk}/", {"do": "hide", "seen": fresh(case).event_count})
    assert Supplement.objects.get().state == "pending"


def test_queue_reads_the_same_for_five_and_thirty(town, desk, statements):
    def more(rows):
        for n in range(rows):
            town.submit()
            supplementing.supplement(town.approved(), f"第{n}条补充，说一下后来的情况。", town.act("小满"))
        return statements(browser, "/desk/review/")

    browser = desk("审核员")
    assert more(5) == more(25)
