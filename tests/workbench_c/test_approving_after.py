"""What went out first waits, in sight of those who may approve it, until somebody else than its author has."""

from datetime import timedelta

import pytest
from tests.cast import MORNING, fresh
from tests.workbench_c.conftest import DAY, HOUR

from huixiang.accounts.models import User
from huixiang.accounts.roles import Role
from huixiang.cases.actions import accepting, assigning, publishing
from huixiang.cases.models import Reply
from huixiang.supervision import watching
from huixiang.units.access import actor_of
from huixiang.units.models import Membership
from huixiang.workbench.queues import waiting

OWED = "/desk/obligations/"


@pytest.fixture
def gone_first(town):
    """`gone_first(at)` publishes a first word on an urgent case before anybody has approved it."""

    def publish(at=MORNING, who="承办人"):
        case = town.approved(urgency="urgent", at=at)
        case = assigning.assign(case, town.units["住建局"], town.act("交办员", at))
        case = accepting.accept(case, town.act("承办人", at))
        reply = town.drafted(case, kind="initial", at=at)
        if who != "承办人":
            Reply.objects.filter(pk=reply.pk).update(author=town.people[who])
        publishing.publish_first(fresh_reply(reply), town.act(who, at))
        return fresh_reply(reply)

    return publish


def fresh_reply(reply):
    return Reply.objects.select_related("case").get(pk=reply.pk)


def queue(town, who, at=MORNING):
    return waiting(actor_of(town.people[who], at=at), at).get("approve", [])


def test_reply_that_went_first_waits_for_reviewers_and_heads_but_not_for_its_author(town, gone_first):
    by_head = gone_first(who="负责人")
    assert [e.row_id for e in queue(town, "审核人")] == [by_head.pk]
    assert queue(town, "负责人") == queue(town, "承办人") == queue(town, "雨花承办人") == []
    by_handler = gone_first()
    assert {e.row_id for e in queue(town, "审核人")} == {by_head.pk, by_handler.pk}
    assert [e.row_id for e in queue(town, "负责人")] == [by_handler.pk]


def test_soonest_stands_first_and_is_due_when_its_clock_is(town, gone_first):
    later, sooner = gone_first(MORNING + 2 * HOUR), gone_first(MORNING)
    entries = queue(town, "审核人", MORNING + DAY)
    assert [e.row_id for e in entries] == [sooner.pk, later.pk]
    clocks = watching.look_at(sooner.case, MORNING).clocks
    assert [e.due_at for e in entries[:1]] == [c.due_at for c in clocks if c.kind == "post_approval"]


def test_approved_reply_leaves_the_queue_and_the_page_of_the_unit(town, desk, gone_first):
    reply = gone_first()
    assert [r.pk for r in desk("承办人").get(OWED).context["unapproved"]] == [reply.pk]
    assert desk("雨花承办人").get(OWED).context["unapproved"] == []
    publishing.approve_after(reply, town.act("审核人"))
    assert queue(town, "审核人") == desk("承办人").get(OWED).context["unapproved"] == []


def test_row_leads_to_where_the_reply_is_approved(town, desk, gone_first):
    case = gone_first().case
    link = f'href="/desk/cases/{case.number}/#replies"'
    assert link in desk("审核人").get("/desk/").content.decode()
    assert link in desk("审核人").get(OWED).content.decode()
    assert "补审通过" in desk("审核人").get(f"/desk/cases/{case.number}/").content.decode()


def test_watch_moves_the_due_time_with_the_clock(town, gone_first):
    reply = gone_first()
    Reply.objects.filter(pk=reply.pk).update(approve_by_at=None)
    watching.sweep(at=MORNING + 30 * DAY)
    assert fresh_reply(reply).approve_by_at == reply.approve_by_at == MORNING + DAY


def test_whole_queue_can_be_searched_by_the_unit_and_by_nobody_else(town, desk, gone_first):
    case, other = gone_first().case, town.handling()
    found = {who: desk(who).get("/desk/search/?reply=unapproved").content.decode() for who in ("审核人", "质检员")}
    assert [case.number in found[who] for who in found] == [True, False]
    assert not any(other.number in words for words in found.values())


def test_page_of_the_unit_needs_as_many_statements_for_three(town, desk, gone_first, statements):
    gone_first()
    few = statements(desk("审核人"), OWED)
    gone_first()
    gone_first()
    assert statements(desk("审核人"), OWED) == few


def test_deputy_of_the_head_does_not_approve_what_they_wrote(town, gone_first):
    second = town.people["副手"] = User.objects.create_staff("副手", "a long test password", "副手")
    Membership.objects.create(user=second, role=Role.UNIT_REVIEWER, unit=town.units["住建局"])
    reply = gone_first(who="副手")
    assert queue(town, "副手") == []
    assert [e.row_id for e in queue(town, "审核人", MORNING + timedelta(minutes=1))] == [reply.pk]
    assert fresh(reply.case).state == "handling"
