"""Standing in for somebody: their unit and region roles, until a date, under one's own name."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from tests.cast import MORNING, fresh

from huixiang.accounts.roles import Role
from huixiang.cases import access
from huixiang.cases.actions import accepting, replying
from huixiang.cases.ledger import Act
from huixiang.cases.models import CaseEvent
from huixiang.cases.refusals import Refused
from huixiang.units.access import actor_of
from huixiang.units.actions import delegating
from huixiang.units.models import Delegation, Membership

DAY = timedelta(days=1)


def delegate(town, absent, deputy, *, by=None, starts_at=MORNING, ends_at=MORNING + DAY * 7, reason="外出学习"):
    return delegating.delegate(
        town.people[absent], town.people[deputy], by=town.people[by or absent], at=MORNING, starts_at=starts_at,
        ends_at=ends_at, reason=reason,
    )  # fmt: skip


def roles(town, who, at=MORNING):
    return {g.role for g in actor_of(town.people[who], at=at).grants}


def test_deputy_has_the_roles_while_it_runs_and_not_a_moment_longer(town):
    delegate(town, "督办员", "召集人", starts_at=MORNING + DAY)
    assert roles(town, "召集人", MORNING + DAY - timedelta(seconds=1)) == {Role.CONVENOR}
    assert roles(town, "召集人", MORNING + DAY) == {Role.CONVENOR, Role.SUPERVISOR}
    assert roles(town, "召集人", MORNING + DAY * 7) == {Role.CONVENOR}
    assert roles(town, "督办员", MORNING + DAY) == {Role.SUPERVISOR}, "the absent person keeps theirs"


def test_deputy_from_another_unit_sees_and_signs_for_the_case_under_their_own_name(town):
    case, deputy = town.assigned(), town.people["雨花承办人"]
    with pytest.raises(access.NotVisible):
        access.case_for(actor_of(deputy, at=MORNING), case.number)
    delegate(town, "承办人", "雨花承办人")
    actor = actor_of(deputy, at=MORNING)
    assert "accept" in access.steps_for(actor, access.case_for(actor, case.number))
    accepting.accept(fresh(case), Act(actor.user, MORNING, "承办人", town.units["住建局"]))
    assert CaseEvent.objects.get(case=case, step="accept").actor == deputy


def test_author_who_stands_in_for_the_reviewer_still_cannot_review_their_own_reply(town):
    delegate(town, "审核人", "承办人")
    reply = replying.send_to_review(town.drafted(town.handling()), town.act("承办人"))
    with pytest.raises(Refused):
        replying.pass_review(reply, town.act("承办人"))


def test_delegation_is_not_passed_on(town):
    delegate(town, "督办员", "召集人")
    delegate(town, "召集人", "领导")
    assert roles(town, "领导") == {Role.LEADER, Role.CONVENOR}


def test_administrators_roles_are_never_taken_over(town):
    admin = town.people["系统管理员"]
    Membership.objects.create(user=admin, role=Role.SUPERVISOR, region=town.regions["岳麓区"])
    delegate(town, "系统管理员", "召集人")
    assert roles(town, "召集人") == {Role.CONVENOR, Role.SUPERVISOR}
    with pytest.raises(delegating.NotDelegated, match="不能请人代理"):
        delegate(town, "安全管理员", "召集人")
    with pytest.raises(delegating.NotDelegated, match="不能代理业务"):
        delegate(town, "督办员", "审计管理员")


def test_ended_role_and_closed_account_pass_nothing_on(town):
    delegate(town, "督办员", "召集人")
    Membership.objects.filter(user=town.people["督办员"]).update(starts_at=MORNING - DAY, ends_at=MORNING)
    assert roles(town, "召集人") == {Role.CONVENOR}
    delegate(town, "领导", "召集人")
    town.people["领导"].is_active = False
    town.people["领导"].save(update_fields=["is_active"])
    assert roles(town, "召集人") == {Role.CONVENOR}


@pytest.mark.parametrize("by", ["召集人", "承办人", "系统管理员"])
def test_only_the_absent_person_or_a_security_administrator_sets_it_up(town, by):
    with pytest.raises(delegating.NotDelegated, match="本人或安全管理员"):
        delegate(town, "督办员", "召集人", by=by)
    assert delegate(town, "督办员", "召集人", by="安全管理员").created_by == town.people["安全管理员"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"ends_at": MORNING}, "ends_on"),
        ({"starts_at": MORNING - DAY * 3, "ends_at": MORNING - DAY}, "ends_on"),
        ({"ends_at": MORNING + DAY * 91}, "ends_on"),
        ({"reason": "  "}, "reason"),
        ({"deputy": "督办员"}, "to_user"),
        ({"deputy": "小满"}, "to_user"),
    ],
)
def test_bad_delegation_is_refused_with_the_field(town, wrong, field):
    with pytest.raises(delegating.NotDelegated) as refusal:
        delegate(town, "督办员", **{"deputy": "召集人", **wrong})
    assert refusal.value.field == field and not Delegation.objects.exists()


def test_one_deputy_at_a_time(town):
    first = delegate(town, "督办员", "召集人")
    with pytest.raises(delegating.NotDelegated, match="已经有人代理"):
        delegate(town, "督办员", "领导", starts_at=MORNING + DAY)
    delegating.end(first, by=town.people["督办员"], at=MORNING + DAY)
    assert roles(town, "召集人", MORNING + DAY) == {Role.CONVENOR}
    assert delegate(town, "督办员", "领导", starts_at=MORNING + DAY).pk


def test_delegation_that_has_not_begun_is_taken_back_and_a_stranger_ends_none(town):
    later = delegate(town, "督办员", "召集人", starts_at=MORNING + DAY)
    delegating.end(later, by=town.people["召集人"], at=MORNING)
    assert roles(town, "召集人", MORNING + DAY * 2) == {Role.CONVENOR}
    running = delegate(town, "督办员", "领导")
    with pytest.raises(delegating.NotDelegated, match="可以结束代理"):
        delegating.end(running, by=town.people["承办人"], at=MORNING + DAY)
    delegating.end(running, by=town.people["领导"], at=MORNING + DAY)
    with pytest.raises(delegating.NotDelegated, match="已经结束"):
        delegating.end(running, by=town.people["领导"], at=MORNING + DAY)
    assert Delegation.objects.get().ends_at == MORNING + DAY


def test_database_refuses_what_the_action_would(town):
    person, other = town.people["督办员"], town.people["召集人"]
    for to_user, ends_at in [(person, MORNING + DAY), (other, MORNING)]:
        with pytest.raises(IntegrityError), transaction.atomic():
            Delegation.objects.create(
                from_user=person, to_user=to_user, starts_at=MORNING, ends_at=ends_at, reason="x", created_by=person
            )
