"""Oversight: looks, failed deliveries, the ledger and what is overdue, each for its own role alone."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from tests.cast import MORNING, STAFF, fresh

from huixiang.cases import access, ledger
from huixiang.cases.models import CaseEvent, EventDelivery, OriginalLook
from huixiang.notices.models import Notice
from huixiang.units.access import actor_of

PAGES = {
    "/desk/looks/": {"审计管理员"},
    "/desk/ledger/": {"审计管理员"},
    "/desk/deliveries/": {"系统管理员"},
    "/desk/people/": {"安全管理员"},
    "/desk/overdue/": {"督办员", "领导", "召集人"},
}


@pytest.mark.parametrize(("url", "allowed"), PAGES.items())
def test_each_page_opens_for_its_roles_alone(town, desk, url, allowed):
    opens = {who for who in [s[0] for s in STAFF] + ["陌生人"] if desk(who).get(url).status_code == 200}
    assert opens == allowed


def look(town, who, case, at=MORNING, purpose="核对地址"):
    access.read_original(actor_of(town.people[who], at=at), case, purpose=purpose, at=at)


def test_auditor_reads_who_looked_when_and_why_but_no_content(town, desk):
    case = town.handling()
    look(town, "审核员", case)
    OriginalLook.objects.create(case=case, user=town.people["承办人"], what="file", purpose="王某病历.pdf", at=MORNING)
    page = desk("审计管理员").get("/desk/looks/").content.decode()
    assert case.number in page and "核对地址" in page and "打开附件" in page
    assert case.title not in page and case.body not in page and "病历" not in page


def test_looks_are_filtered_by_person_case_and_day(town, desk):
    one, two = town.handling(), town.handling()
    look(town, "审核员", one)
    look(town, "承办人", two, at=MORNING + timedelta(days=2))
    browser = desk("审计管理员")

    def numbers(**filters):
        return [row["number"] for row in browser.get("/desk/looks/", filters).context["rows"]]

    assert numbers(who="审核员") == numbers(number=one.number) == numbers(until="2026-11-18") == [one.number]
    assert numbers(since="2026-11-20") == [two.number]
    assert numbers(what="file") == []


def test_looks_read_the_same_for_five_and_thirty(town, desk, statements):
    case, browser = town.handling(), desk("审计管理员")

    def more(rows):
        for _ in range(rows):
            look(town, "审核员", case)
        return statements(browser, "/desk/looks/")

    assert more(5) == more(25)


@pytest.fixture
def failed(town):
    case = town.approved()
    delivery = EventDelivery.objects.filter(event__case=case).latest("pk")
    later = timezone.now() + timedelta(hours=1)
    EventDelivery.objects.filter(pk=delivery.pk).update(
        tries=3, last_error="tell_citizen: OSError()", next_try_at=later
    )
    return delivery


def test_failed_delivery_is_shown_and_tried_again_at_once(town, desk, failed):
    browser = desk("系统管理员")
    assert "OSError" in browser.get("/desk/deliveries/").content.decode()
    browser.post(f"/desk/deliveries/{failed.pk}/", {"do": "retry"})
    failed.refresh_from_db()
    assert failed.next_try_at <= timezone.now()


def test_giving_up_needs_a_reason_and_stands_in_the_ledger(town, desk, failed):
    browser, url = desk("系统管理员"), f"/desk/deliveries/{failed.pk}/"
    assert browser.post(url, {"do": "give_up", "reason": ""}).status_code == 422
    browser.post(url, {"do": "give_up", "reason": "号码已注销"})
    failed.refresh_from_db()
    note = CaseEvent.objects.filter(case=failed.event.case).latest("seq")
    assert failed.given_up_at is not None
    assert "号码已注销" in note.data["text"] and note.actor == town.people["系统管理员"]
    again = browser.post(url, {"do": "give_up", "reason": "再来一次"}, follow=True)
    assert "已经处理完了" in again.content.decode()


def test_delivery_that_succeeded_meanwhile_is_no_error(town, desk, failed):
    pk = failed.pk
    failed.delete()
    page = desk("系统管理员").post(f"/desk/deliveries/{pk}/", {"do": "retry"}, follow=True)
    assert page.status_code == 200 and "已经处理完了" in page.content.decode()


def test_dead_message_gets_new_tries_and_shows_no_phone(town, desk):
    notice = Notice.objects.create(
        key="k", channel="sms", sealed_phone="13812345678", subject="审核通过", body="正文", created_at=MORNING,
        tries=8, last_error="timeout", given_up_at=MORNING,
    )  # fmt: skip
    browser = desk("系统管理员")
    page = browser.get("/desk/deliveries/").content.decode()
    assert "138****5678" in page and "13812345678" not in page
    browser.post(f"/desk/deliveries/notices/{notice.pk}/resend/")
    notice.refresh_from_db()
    assert notice.tries == 0 and notice.next_try_at is not None


@pytest.mark.parametrize("url", ["/desk/deliveries/1/", "/desk/deliveries/notices/1/resend/"])
def test_deliveries_are_changed_by_the_system_administrator_alone(town, desk, url):
    assert desk("安全管理员").post(url).status_code == 403


def test_seals_are_listed_and_a_whole_chain_is_proved(town, desk):
    case = town.handling()
    ledger.seal(at=MORNING)
    browser = desk("审计管理员")
    assert ledger.LedgerSeal.objects.get().hash in browser.get("/desk/ledger/").content.decode()
    page = browser.post("/desk/ledger/", {"number": case.number.lower()}).content.decode()
    assert f"{case.number}的5条记录完整" in page
    assert case.title not in page


def test_changed_event_is_named(town, desk):
    case = town.handling()
    with connection.cursor() as cursor:
        for name in ledger_guards(cursor):
            cursor.execute(
                f"DROP TRIGGER {name}" + (" ON cases_caseevent" if connection.vendor == "postgresql" else "")
            )
        cursor.execute("UPDATE cases_caseevent SET actor_role = '别人' WHERE case_id = %s AND seq = 3", [case.pk])
    page = desk("审计管理员").post("/desk/ledger/", {"number": case.number}).content.decode()
    assert "账本对不上：第3条的内容" in page


def ledger_guards(cursor):
    if connection.vendor == "sqlite":
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'cases_caseevent'")
    else:
        cursor.execute("SELECT tgname FROM pg_trigger WHERE tgrelid = 'cases_caseevent'::regclass AND NOT tgisinternal")
    return [row[0] for row in cursor.fetchall()]


def test_unknown_number_is_said_beside_the_field(town, desk):
    answer = desk("审计管理员").post("/desk/ledger/", {"number": "HX-0"})
    assert answer.status_code == 422 and "没有这个编号" in answer.content.decode()


def test_overdue_is_counted_by_unit_in_the_own_region_without_reports(town, desk):
    town.assigned()
    town.assigned()
    town.assigned(kind="report")
    town.assigned(region="雨花区", unit="雨花住建局")
    town.approved()
    page = desk("督办员").get("/desk/overdue/")
    rows = {r["lead_unit__name"]: r["overdue"] for r in page.context["rows"]}
    assert rows == {"岳麓区住房和城乡建设局": 2, None: 1}
    assert "due=overdue&amp;unit=%E5%B2%B3" in page.content.decode()


def test_ended_case_is_not_overdue(town, desk):
    case = town.closed()
    assert fresh(case).due_at is None
    assert desk("领导").get("/desk/overdue/").context["rows"] == []
