"""复核终结 through the case page; states in the words of the desk; a return starts a new version."""

from datetime import timedelta

import pytest
from tests.cast import FINAL_TEXT, MORNING, fresh
from tests.workbench_d.conftest import told

from huixiang.cases.actions import replying
from huixiang.cases.actions.replying import Details
from huixiang.cases.models import CaseEvent
from huixiang.moderation.actions import reviewing

SAID = "复查、复核都已走完。对法律适用有不同意见的，可以向人民法院提起诉讼。"


@pytest.fixture
def closed(town, clock):
    case = town.closed()
    clock(MORNING + timedelta(days=60))
    return case


def given(case, **changes):
    form = {"document": "岳信复核〔2026〕3号", "decided_on": "2026-12-20", "explanation": SAID}
    return {**form, "seen": case.event_count, **changes}


def test_coordinator_finalizes_a_closed_case_and_everybody_reads_why(town, desk, client, closed):
    desk("交办员").post(f"/desk/cases/{closed.number}/finalize/", given(closed))
    assert fresh(closed).state == "finalized"
    page = told(client.get(f"/cases/{closed.number}/"))
    assert "岳信复核〔2026〕3号" in page and "提起诉讼" in page


@pytest.mark.parametrize(
    ("wrong", "why"),
    [({"document": ""}, "请填写"), ({"explanation": " "}, "请填写"), ({"decided_on": "2027-02-01"}, "不能晚于今天")],
)
def test_finalizing_without_a_valid_opinion_is_refused_and_keeps_the_words(desk, closed, wrong, why):
    answer = desk("交办员").post(f"/desk/cases/{closed.number}/finalize/", given(closed, **wrong))
    assert answer.status_code == 422 and fresh(closed).state == "closed"
    kept = "岳信复核〔2026〕3号" if "document" not in wrong else SAID
    page = told(answer)
    assert kept in page and why in page and "field-error" in page


@pytest.mark.parametrize("who", ["负责人", "督办员", "领导", "审核员"])
def test_nobody_but_a_coordinator_finalizes(desk, closed, who):
    assert desk(who).post(f"/desk/cases/{closed.number}/finalize/", given(closed)).status_code == 403
    assert fresh(closed).state == "closed"


def test_open_case_is_not_finalized(town, desk):
    case = town.handling()
    answer = desk("交办员").post(f"/desk/cases/{case.number}/finalize/", given(case))
    assert answer.status_code == 409 and fresh(case).state == "handling"


def test_text_written_after_a_return_never_shares_the_returned_version(town):
    case = town.handling()
    act, minute = town.act("承办人", MORNING, "承办人", "住建局"), timedelta(minutes=1)
    reply = replying.send_to_review(town.drafted(case), act)
    replying.return_reply(reply, town.act("审核人", MORNING + minute), note="写明哪天换泵")
    reply.refresh_from_db()
    details = Details(claimed_resolution="resolved")
    for words in ("改好了。", "又改了一处。"):
        later = town.act("承办人", MORNING + 2 * minute, "承办人", "住建局")
        reply = replying.save(reply, later, body=FINAL_TEXT + words, details=details, seen_version=reply.version)
    assert list(reply.versions.values_list("number", "body")) == [(1, FINAL_TEXT), (2, FINAL_TEXT + "又改了一处。")]
    assert CaseEvent.objects.get(case=case, step="return_reply").data["version"] == 1


def test_staff_read_that_the_citizen_has_to_supply(town, desk, client):
    case = town.submit()
    reviewing.take(case, town.act("审核员"))
    reviewing.ask_supplement(fresh(case), town.act("审核员"), question="请补充小区名称")
    page = told(desk("审核员").get(f"/desk/cases/{case.number}/"))
    assert "待留言人补充" in page and "待您补充" not in page
