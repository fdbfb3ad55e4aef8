"""Every "only one" under real concurrency on PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from tests import racing
from tests.cast import MORNING, build_town, fresh

from huixiang.accounts import throttle
from huixiang.accounts.actions import signing_in
from huixiang.cases.actions import assigning, claiming, objecting, publishing, submitting, supporting
from huixiang.cases.ledger import Stale, verify
from huixiang.cases.models import Assignment, Case, CaseEvent, Reply, Supporter
from huixiang.cases.refusals import Refused
from huixiang.followup.actions import rating
from huixiang.followup.models import SCORES, Rating
from huixiang.moderation.actions import reviewing
from huixiang.rules.lifecycle import IllegalTransition

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
WRITERS = 8


@pytest.fixture
def town(transactional_db):
    return build_town()


def test_guesses_sent_at_once_are_no_more_than_the_limit(town, rf):
    def guess(n):
        try:
            signing_in.staff_of(rf.post("/"), "nobody", f"guess {n}", address="10.0.0.1", at=MORNING)
        except (signing_in.BadCredentials, throttle.TooMany) as refusal:
            return type(refusal)

    with ThreadPoolExecutor(WRITERS) as pool:
        met = list(pool.map(in_own_connection(guess), range(WRITERS)))
    assert met.count(signing_in.BadCredentials) == throttle.SIGN_IN_PER_NAME.tries
    assert met.count(throttle.TooMany) == WRITERS - throttle.SIGN_IN_PER_NAME.tries


def in_own_connection(do):
    """`do` for a thread, whose connection ends with it."""

    def run(n):
        try:
            return do(n)
        finally:
            connection.close()

    return run


def at_once(do):
    """Runs `do(n)` in eight threads that start together; gives how many succeeded and what the others met."""
    results = racing.at_once(do, met=(Refused, Stale, IllegalTransition))
    lost = [r for r in results if isinstance(r, Exception)]
    return WRITERS - len(lost), lost


def test_one_of_eight_units_claims(town):
    case = town.approved()
    units = [town.units[k] for k in ("住建局", "人社局", "供水公司", "区政府")] * 2
    won, lost = at_once(lambda n: claiming.claim(fresh(case), units[n], town.act("承办人")))
    assert won == 1 and all(isinstance(e, claiming.AlreadyClaimed) for e in lost)
    assert Assignment.objects.filter(case=case).count() == 1
    assert CaseEvent.objects.filter(case=case, step="claim").count() == 1


def test_one_of_eight_reviewers_takes_a_message(town):
    case = town.submit()
    won, lost = at_once(lambda n: reviewing.take(fresh(case), town.act(["审核员", "另一审核员"][n % 2])))
    assert won == 1 and all(isinstance(e, reviewing.AlreadyTaken) for e in lost)


def test_same_form_submitted_eight_times_is_one_case(town):
    message = submitting.Message(
        town.columns["voice"], "help", town.regions["岳麓区"], "楼上漏水一个月没人管", "天花板一直滴水，请帮忙。"
    )
    won, _ = at_once(lambda n: submitting.submit(message, town.act("小满"), form_token="once"))
    assert won == WRITERS
    assert Case.objects.count() == 1


def test_one_of_eight_assignments_wins(town):
    case = town.approved()
    won, _ = at_once(lambda n: assigning.assign(fresh(case), town.units["住建局"], town.act("交办员")))
    assert won == 1
    assert Assignment.objects.filter(case=case, role="lead").count() == 1


def test_one_support_per_person(town):
    case = town.approved()
    at_once(lambda n: supporting.support(fresh(case), town.people["大雪"], town.act("大雪")))
    assert (Supporter.objects.count(), fresh(case).supporters_count) == (1, 1)


def test_one_publication_per_reply(town):
    reply = town.reviewed(town.handling())
    won, _ = at_once(lambda n: publishing.publish(Reply.objects.get(pk=reply.pk), town.act("质检员")))
    assert won == 1
    assert CaseEvent.objects.filter(case=reply.case, step="conclude").count() == 1


def test_one_open_reply_per_unit(town):
    case = town.handling()
    won, _ = at_once(lambda n: town.drafted(fresh(case)))
    assert won == 1


def test_one_rating_per_round(town):
    case = town.answered()
    won, _ = at_once(
        lambda n: rating.rate(fresh(case), town.act("小满"), outcome="resolved", scores=dict.fromkeys(SCORES, 5))
    )
    assert won == 1
    assert Rating.objects.count() == 1


def test_one_decision_per_objection(town):
    case = town.assigned()
    objection = objecting.raise_objection(case, town.act("负责人"), legal_basis="三定方案", reasons="不归我们管")
    won, _ = at_once(lambda n: objecting.decide(objection, town.act("交办员"), is_upheld=n % 2 == 0, decision="裁定"))
    assert won == 1


def test_chain_holds_under_eight_writers(town):
    from huixiang.cases.actions.noting import note

    case = town.handling()
    won, _ = at_once(lambda n: note(case, f"备注{n}", town.act("承办人", MORNING)))
    assert won == WRITERS
    _, found = verify()
    assert found is None
