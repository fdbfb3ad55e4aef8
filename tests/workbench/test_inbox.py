"""The inbox shows each role what waits for it, by when, and nothing else."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.cast import MORNING

from huixiang.cases.actions import replying
from huixiang.cases.models import Case
from huixiang.units.access import actor_of
from huixiang.units.models import Membership
from huixiang.workbench.queues import waiting

pytestmark = pytest.mark.usefixtures("morning")


def waiting_cases(town, who, at=MORNING):
    found = waiting(actor_of(town.people[who], at=at), at)
    return {code: [e.case_id for e in entries] for code, entries in found.items() if entries}


def test_new_message_waits_for_reviewers_only(town):
    case = town.submit()
    assert waiting_cases(town, "审核员") == {"moderate": [case.pk]}
    for other in ("交办员", "承办人", "负责人", "质检员", "督办员", "陌生人"):
        assert waiting_cases(town, other) == {}


def test_approved_case_waits_for_the_coordinator_and_in_the_pool(town):
    case = town.approved()
    assert waiting_cases(town, "交办员") == {"assign": [case.pk]}
    assert waiting_cases(town, "承办人") == {"pool": [case.pk]}
    assert waiting_cases(town, "雨花承办人") == {}


def test_assigned_case_waits_to_be_signed_by_its_unit_only(town):
    case = town.assigned(supporting=["供水公司"])
    assert waiting_cases(town, "承办人") == {"sign": [case.pk]}
    assert waiting_cases(town, "供水承办人") == {"tasks": [case.pk]}
    assert waiting_cases(town, "消保委") == {}


def test_reply_waits_for_the_reviewer_then_the_inspector_then_for_its_author_if_returned(town):
    case = town.handling()
    reply = replying.send_to_review(town.drafted(case), town.act("承办人"))
    assert waiting_cases(town, "审核人") == {"check": [case.pk]}
    replying.pass_review(reply, town.act("审核人"))
    assert waiting_cases(town, "质检员") == {"inspect": [case.pk]}
    replying.return_reply(reply, town.act("质检员"), note="写清日期")
    assert waiting_cases(town, "承办人")["returned"] == [case.pk]


def test_overdue_cases_show_to_those_who_watch_the_region(town):
    case = town.assigned()
    later = MORNING + timedelta(days=9)
    assert waiting_cases(town, "督办员") == {}
    for who in ("督办员", "领导", "召集人"):
        assert waiting_cases(town, who, later) == {"overdue": [case.pk]}


def test_report_shows_to_no_watcher_and_never_in_the_pool(town):
    town.approved(kind="report")
    later = MORNING + timedelta(days=9)
    assert waiting_cases(town, "督办员", later) == {}
    assert waiting_cases(town, "承办人", later) == {}


def test_lawyer_has_the_legal_cases_of_the_own_team(town):
    case = town.assigned(column="legal", kind="consult", unit="律师团")
    assert waiting_cases(town, "律师") == {"legal": [case.pk]}


def test_case_that_accuses_a_unit_never_waits_for_it(town):
    case = town.handling(supporting=["供水公司"])
    assert waiting_cases(town, "供水承办人") == {"tasks": [case.pk]}
    case.accused_units.add(town.units["供水公司"])
    assert waiting_cases(town, "供水承办人") == {}


def test_role_taken_away_empties_its_queues_at_once(town):
    town.assigned()
    assert waiting_cases(town, "承办人")
    Membership.objects.filter(user=town.people["承办人"]).delete()
    assert waiting_cases(town, "承办人") == {}


def test_soonest_comes_first(town):
    late, urgent = town.approved(at=MORNING), town.approved(at=MORNING, urgency="urgent")
    assert waiting_cases(town, "交办员") == {"assign": [urgent.pk, late.pk]}


@pytest.mark.parametrize(
    ("who", "words"),
    [
        *((who, "都处理完了") for who in ("审核员", "交办员", "承办人", "负责人", "质检员", "督办员", "律师")),
        ("系统管理员", "您的角色没有要办的留言"),
        ("分析员", "您的角色没有要办的留言"),
        ("陌生人", "您还没有角色"),
    ],
)
def test_every_role_gets_a_page_even_with_nothing_to_do(desk, who, words):
    answer = desk(who).get("/desk/")
    assert answer.status_code == 200
    assert words in answer.content.decode()


def test_row_says_what_to_do_and_by_when_in_words(desk, town):
    case = town.assigned()
    told = desk("承办人").get("/desk/").content.decode()
    assert case.number in told
    assert f"/desk/cases/{case.number}/" in told
    assert "还剩" in told or "超时" in told


def queries_of(worker, url):
    with CaptureQueriesContext(connection) as seen:
        page = worker.get(url)
    return page.content.decode(), len(seen)


def test_queries_do_not_grow_with_rows_and_stay_few(desk, town):
    worker, counts = desk("负责人"), []
    worker.get("/desk/")
    for more in (5, 25):
        for _ in range(more):
            town.assigned()
        told, queries = queries_of(worker, "/desk/")
        assert told.count("row-title") == min(20, Case.objects.count())
        counts.append(queries)
    assert counts[0] == counts[1] <= 12


def test_pool_queries_do_not_grow_with_rows(desk, town):
    worker, counts = desk("承办人"), []
    worker.get("/desk/pool/")
    for more in (5, 25):
        for _ in range(more):
            town.approved()
        told, queries = queries_of(worker, "/desk/pool/")
        assert told.count("主办</span>") == min(30, Case.objects.count())
        counts.append(queries)
    assert counts[0] == counts[1]


def test_urgency_stands_in_words_beside_its_icon(desk, town):
    town.approved(urgency="critical")
    told = desk("交办员").get("/desk/").content.decode()
    assert "特急</span>" in told
    assert "交办：" in told


def test_case_whose_reply_is_with_a_reviewer_asks_nothing_of_its_handler(town):
    case = town.handling()
    assert waiting_cases(town, "承办人") == {"handling": [case.pk]}
    reply = replying.send_to_review(town.drafted(case), town.act("承办人"))
    assert waiting_cases(town, "承办人") == {}
    replying.return_reply(reply, town.act("审核人"), note="写清日期")
    assert waiting_cases(town, "承办人") == {"returned": [case.pk]}


@pytest.mark.parametrize(
    ("who", "pages"),
    [
        ("审核员", {"desk:review", "desk:search"}),
        ("质检员", {"desk:quality", "desk:search"}),
        ("承办人", {"desk:pool", "desk:search"}),
        ("督办员", {"desk:overdue", "desk:search"}),
        ("审计管理员", {"desk:looks", "desk:ledger"}),
        ("系统管理员", {"desk:deliveries"}),
        ("安全管理员", {"desk:people"}),
        ("陌生人", set()),
    ],
)
def test_navigation_leads_only_to_pages_that_open(desk, who, pages):
    worker = desk(who)
    links = {link["url"] for link in worker.get("/desk/").context["desk_nav"]}
    assert {reverse(name) for name in pages} <= links
    assert {worker.get(url).status_code for url in links} == {200}


def test_rows_of_reviewers_and_inspectors_lead_to_their_own_desks(desk, town):
    waits = town.submit()
    reply = town.reviewed(town.handling())
    assert f"/desk/review/{waits.number}/" in desk("审核员").get("/desk/").content.decode()
    assert f"/desk/quality/{reply.pk}/" in desk("质检员").get("/desk/").content.decode()
    assert f"/desk/quality/{reply.pk}/" in desk("质检员").page(reply.case).content.decode()
