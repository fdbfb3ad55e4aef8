"""The gate's "only one" under real concurrency on PostgreSQL."""

from datetime import date

import pytest
from tests.cases.test_races import at_once
from tests.cast import build_town

from huixiang.cases.actions import overriding, promising, publishing, replying
from huixiang.cases.actions.promising import Promised
from huixiang.cases.gate_choices import CommitmentState, OverrideState
from huixiang.cases.models import CaseEvent, Commitment, GateOverride, Reply
from huixiang.rules.lifecycle import Step

pytestmark = [pytest.mark.gate, pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
EMPTY = "您好，您反映的问题已转有关部门处理，请耐心等待。感谢您的理解与支持。"
REASON = "今天先告知已经受理，结果明天另发"
PROMISE = "我局将于12月1日前公布水压记录"


@pytest.fixture
def town(transactional_db):
    return build_town()


def test_one_open_override_however_many_ask_at_once(town):
    reply = town.reviewed(town.handling(), body=EMPTY)
    won, _ = at_once(lambda n: overriding.ask(Reply.objects.get(pk=reply.pk), town.act("承办人"), reason=REASON))
    assert won == 1
    assert GateOverride.objects.filter(reply=reply, state__in=OverrideState.open()).count() == 1
    assert CaseEvent.objects.filter(step=Step.ASK_OVERRIDE).count() == 1


def test_one_decision_however_many_decide_at_once(town):
    reply = town.reviewed(town.handling(), body=EMPTY)
    override = overriding.ask(reply, town.act("承办人"), reason=REASON)
    won, _ = at_once(
        lambda n: overriding.decide(
            GateOverride.objects.select_related("reply").get(pk=override.pk), town.act("负责人"), is_granted=True
        )
    )
    assert won == 1
    assert CaseEvent.objects.filter(step=Step.GRANT_OVERRIDE).count() == 1


def test_promise_is_kept_once_however_many_report_it_at_once(town):
    draft = town.drafted(town.handling(), body=f"您好，水泵电机烧坏，由物业公司更换。{PROMISE}。")
    promising.confirm(draft, [Promised(PROMISE, date(2026, 12, 1))], town.act("承办人"))
    reply = replying.pass_review(replying.send_to_review(draft, town.act("承办人")), town.act("审核人"))
    publishing.publish(reply, town.act("质检员"), is_history=True)
    one = Commitment.objects.get()
    won, _ = at_once(lambda n: promising.keep_one(one, town.act("负责人"), evidence="水压记录已公布"))
    assert won == 1
    assert Commitment.objects.get().state == CommitmentState.KEPT
    assert CaseEvent.objects.filter(step=Step.KEEP_PROMISE).count() == 1
