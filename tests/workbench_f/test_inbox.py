"""The inbox of notices: unread first, one click from the case, and what was read climbs no further."""

import re
from datetime import timedelta

import pytest
from tests.cast import MORNING

from huixiang.jobs import delivering, escalating
from huixiang.notices.actions import telling
from huixiang.notices.models import Channel, Escalation, Notice

HOUR = timedelta(hours=1)


@pytest.fixture
def warned(late, clock):
    """A case whose red warning the unit was told of just now."""
    case = late()
    while delivering.deliver(at=case.due_at + HOUR):
        pass
    return case


def unread(town, who):
    return Notice.objects.filter(user=town.people[who], channel=Channel.IN_APP, read_at=None)


def test_header_counts_what_is_unread_and_the_page_lists_it_newest_first(town, desk, warned):
    page = desk("承办人").get("/desk/notices/").content.decode()
    count = unread(town, "承办人").count()
    assert f'<span class="desk-bell-count">{count}</span>' in page and count > 1
    assert page.index("首次回应超时") < page.index("新的交办件")
    assert 'class="desk-bell-count"' not in desk("律师").get("/desk/notices/").content.decode()


def test_one_click_leads_to_the_case_and_marks_the_notice_alone(town, desk, warned):
    notice = unread(town, "承办人").latest("created_at", "pk")
    others = unread(town, "承办人").exclude(pk=notice.pk).count()
    answer = desk("承办人").get(f"/desk/notices/{notice.pk}/")
    assert answer.url == f"/desk/cases/{warned.number}/"
    assert unread(town, "承办人").count() == others
    assert desk("承办人").get("/desk/notices/?show=all").content.decode().count('class="told"') == 1


def test_nobody_opens_a_notice_of_somebody_else(town, desk, warned):
    notice = unread(town, "承办人").first()
    assert desk("负责人").get(f"/desk/notices/{notice.pk}/").status_code == 404
    assert unread(town, "承办人").filter(pk=notice.pk).exists()


def test_warning_that_was_read_on_the_case_page_climbs_no_further(town, desk, warned):
    waits = Escalation.objects.get(ended_because="")
    desk("承办人").get(f"/desk/cases/{warned.number}/")
    assert not unread(town, "承办人").filter(url=f"/desk/cases/{warned.number}/").exists()
    escalating.escalate(at=waits.next_at)
    waits.refresh_from_db()
    assert waits.ended_because == "已有人查看" and not Notice.objects.filter(key__startswith="escalation").exists()


def test_case_page_opened_by_somebody_else_reads_nothing_for_the_unit(town, desk, warned):
    before = unread(town, "承办人").count()
    desk("督办员").get(f"/desk/cases/{warned.number}/")
    assert unread(town, "承办人").count() == before


def test_all_are_marked_as_read_at_once(town, desk, warned):
    desk("承办人").post("/desk/notices/read/")
    assert not unread(town, "承办人").exists() and unread(town, "负责人").exists()


def test_long_inbox_is_paged(town, desk):
    for n in range(31):
        telling.tell(telling.Word(f"第{n}条", "内容"), key=f"k{n}", at=MORNING, user=town.people["律师"])
    first, second = (desk("律师").get(f"/desk/notices/?page={n}").content.decode() for n in (1, 2))
    assert (first.count('class="told '), second.count('class="told ')) == (30, 1)


def badge(page):
    """The number beside the link to what did not get through; None where there is none."""
    found = re.search(r'>没办成的后台事项</span><span class="desk-nav-count">(\d+)', page)
    return found.group(1) if found else None


def test_dead_notices_name_channel_recipient_and_group_and_all_go_out_again(town, desk, gateway):
    from huixiang.notices.actions import hooking

    hook = hooking.hook_up(town.units["住建局"], Channel.WECOM, url=f"{gateway.origin}/robot?key=abcd9876")
    gateway.said = {"errcode": 93000, "errmsg": "invalid webhook url"}
    word = telling.Word("新的交办件", "请签收")
    telling.tell_unit_groups(town.units["住建局"].pk, word, key="g", at=MORNING)
    telling.tell(word, key="p", at=MORNING, user=town.people["小满"], phone="13812345678")
    Notice.objects.filter(channel=Channel.SMS).update(given_up_at=MORNING, last_error="HTTP 503")
    telling.send_due(at=MORNING)
    page = desk("系统管理员").get("/desk/deliveries/").content.decode()
    for words in ("企业微信群机器人", "住建局的群", "…9876", "短信", "138****5678", "invalid webhook url"):
        assert words in page
    assert hook.sealed_url not in page
    desk("系统管理员").post("/desk/deliveries/notices/resend/")
    assert not Notice.objects.filter(given_up_at__isnull=False).exists()
    assert Notice.objects.filter(next_try_at__isnull=False, sent_at=None).count() == 2


def test_gateway_that_is_down_is_told_while_its_notices_wait(town, desk, gateway):
    gateway.status = 503
    telling.tell(telling.Word("审核通过", "已通过"), key="p", at=MORNING, user=town.people["小满"], phone="13812345678")
    telling.send_due(at=MORNING)
    page = desk("系统管理员").get("/desk/deliveries/").content.decode()
    assert "短信发不出去：1条通知在等" in page and "没有接受请求（HTTP 503）" in page
    inbox = desk("系统管理员").get("/desk/").content.decode()
    assert "短信发不出去：1条通知在等" in inbox and badge(inbox) == "1"
    other = desk("督办员").get("/desk/").content.decode()
    assert "发不出去" not in other and badge(other) is None


def test_gateway_that_cannot_be_reached_is_told_in_chinese_and_the_badge_goes_when_it_works(town, desk, gateway):
    gateway.close()
    telling.tell(telling.Word("审核通过", "已通过"), key="p", at=MORNING, user=town.people["小满"], phone="13812345678")
    telling.send_due(at=MORNING)
    inbox = desk("系统管理员").get("/desk/").content.decode()
    assert "连接不上对方的服务：对方没有开放服务，连接被拒绝" in inbox and badge(inbox) == "1"
    Notice.objects.filter(channel=Channel.SMS).update(sent_at=MORNING, last_error="")
    inbox = desk("系统管理员").get("/desk/").content.decode()
    assert "发不出去" not in inbox and badge(inbox) is None
