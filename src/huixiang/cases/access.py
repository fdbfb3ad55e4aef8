"""The only way to fetch a case, or a part of it, for a person: who sees what, who may do what; looks are logged."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Left
from django.db.models.lookups import Exact
from django.http import Http404

from huixiang.accounts.encryption import keyed_hash
from huixiang.accounts.roles import Role
from huixiang.accounts.shapes import Shape
from huixiang.rules.lifecycle import State, Step, may
from huixiang.units.access import Actor
from huixiang.units.models import Unit

from .actions.submitting import code_hash
from .choices import AssignmentState, MessageKind, ReplyState, Visibility
from .models import Assignment, Attachment, Case, OriginalLook, Reply
from .querysets import CaseQuerySet


class NotVisible(Http404):
    """There is no such case for this person; whether it exists is not told."""


# Roles that see every case of their regions, and those that do so except for reports.
REGION_WIDE = (Role.MODERATOR, Role.COORDINATOR, Role.QUALITY_INSPECTOR)
REGION_WIDE_NO_REPORTS = (Role.SUPERVISOR, Role.LEADER, Role.CONVENOR)
UNIT_WIDE = (Role.HANDLER, Role.UNIT_REVIEWER, Role.UNIT_HEAD, Role.CONSUMER_COUNCIL)
WORKING = (Role.HANDLER, Role.UNIT_HEAD, Role.LAWYER, Role.CONSUMER_COUNCIL)


def visible(actor: Actor) -> CaseQuerySet:
    """The cases a member of staff may see in the workbench; what the public sees is `public`."""
    inside = Q(pk__in=[])
    for code in actor.regions(*REGION_WIDE):
        inside |= Q(region__code__startswith=code)
    for code in actor.regions(*REGION_WIDE_NO_REPORTS):
        inside |= Q(region__code__startswith=code) & ~Q(kind=MessageKind.REPORT)
    for code in actor.regions(Role.ANALYST):
        inside |= Q(region__code__startswith=code) & _WHOLLY_PUBLIC
    if actor.has(*UNIT_WIDE, Role.LAWYER, Role.THIRD_PARTY):
        inside |= _of_own_units(actor)
    return _without_accusers(actor, Case.objects.filter(inside))


def sees_inside(actor: Actor, case: Case) -> bool:
    """Whether the person may know more of a visible case than the public does: everybody but an analyst."""
    if not actor.covers(case.region_id, Role.ANALYST):
        return True
    others = Actor(actor.user, (g for g in actor.grants if g.role != Role.ANALYST))
    return (visible(others) | pool(others)).filter(pk=case.pk).exists()


def pool(actor: Actor) -> CaseQuerySet:
    """The cases that this person's units may claim: unassigned ones of the units' regions, never reports.

    What its author made private is shown to one unit only, by a coordinator's choice, and never waits here.
    """
    inside = Q(pk__in=[])
    for code in _pool_regions(actor):
        # Not as a prefix: PostgreSQL would read that index, all cases of a city, for the few that their state finds.
        inside |= Q(Exact(Left("region_id", len(code)), code))
    found = Case.objects.pool().filter(inside).exclude(kind=MessageKind.REPORT).exclude(visibility=Visibility.PRIVATE)
    return found if actor.has(*UNIT_WIDE) else found.filter(column__code="legal")


def case_for(actor: Actor, number: str) -> Case:
    """The case under this number for a member of staff; raises NotVisible."""
    seen = visible(actor) | pool(actor) if actor.has(*UNIT_WIDE, Role.LAWYER) else visible(actor)
    case = (
        seen.distinct().select_related("region", "column", "topic", "lead_unit", "office_holder", "reviewer")
        .defer("sealed_title", "sealed_body", "sealed_contact").filter(number=number).first()
    )  # fmt: skip
    if case is None:
        raise NotVisible
    return case


def public_case(number: str) -> Case:
    """The case under this number for anyone at all; raises NotVisible unless it is public."""
    case = _PUBLIC.first(number)
    if case is None:
        raise NotVisible
    return case


def joined_into(number: str) -> Case:
    """The public case that a public message was joined with (并办); raises NotVisible for every other number.

    What its author kept from the public must not be found by way of the case it was joined with.
    """
    joined = Case.objects.filter(
        number=number, state=State.MERGED, visibility=Visibility.PUBLIC, approved_at__isnull=False
    )
    parent = joined.values_list("merged_into__number", flat=True).first()
    if parent is None:
        raise NotVisible
    return public_case(parent)


# What the public page shows; whoever needs more of a case reads it when asked, at the price of a statement.
_SHOWN = (
    "number", "column__name", "kind", "region__full_name", "region__name", "topic__name", "office_holder__name",
    "office_holder__title", "visibility", "title", "body", "business_name", "amount_yuan", "state", "resolution",
    "lead_unit__name", "lead_unit__short_name", "supporters_count", "submitted_at", "approved_at", "assigned_at",
    "accepted_at", "answered_at", "closed_at", "public_at", "answer_due_at", "event_count",
)  # fmt: skip


def _public(number: str) -> CaseQuerySet:
    found = Case.objects.public().select_related("region", "column", "topic", "lead_unit", "office_holder")
    files = Attachment.objects.filter(case=OuterRef("pk"))
    return found.only(*_SHOWN).annotate(has_files=Exists(files)).filter(number=number).order_by()[:1]


_PUBLIC: Shape[Case] = Shape(_public, str)


def own_cases(actor: Actor) -> CaseQuerySet:
    """The cases that a signed-in citizen left."""
    return Case.objects.filter(author=actor.user) if actor.user else Case.objects.none()


def own_case(actor: Actor, number: str, *, opened: frozenset[str] = frozenset()) -> Case:
    """A citizen's own case: signed in as its author, or opened by query code in this session; raises NotVisible."""
    case = Case.objects.select_related("region", "column", "topic", "lead_unit", "office_holder", "merged_into").filter(
        number=number
    ).first()  # fmt: skip
    is_author = case is not None and actor.user is not None and case.author_id == actor.user.pk
    if case is None or not (is_author or number in opened):
        raise NotVisible
    return case


def case_by_code(number: str, code: str) -> Case:
    """The case of a number and its query code; raises NotVisible where they do not fit together."""
    case = Case.objects.filter(number=number.strip().upper(), query_code_hash=code_hash(code)).first()
    if case is None:
        raise NotVisible
    return case


@dataclass(frozen=True)
class Original:
    """A citizen's own words and how to reach them."""

    title: str
    body: str
    contact_name: str = ""
    contact_phone: str = ""


def may_read_original(actor: Actor, case: Case) -> bool:
    """Whether the person may look at the unmasked text: reviewers and coordinators of the region, and the units on it.

    Nobody outside the reviewers and coordinators sees the original of a report: it may name the informer.
    """
    if actor.covers(case.region_id, Role.MODERATOR, Role.COORDINATOR):
        return True
    return not case.is_report and bool(_live_tasks(actor, case, *UNIT_WIDE))


def read_original(actor: Actor, case: Case, *, purpose: str, at: datetime) -> Original:
    """The unmasked text and contact, with the look logged first; raises NotVisible."""
    if actor.user is None or not may_read_original(actor, case):
        raise NotVisible
    OriginalLook.objects.create(case=case, user=actor.user, what="original", purpose=purpose[:200], at=at)
    return _original(case)


def read_own_original(case: Case) -> Original:
    """What the citizen wrote, for the citizen: call only with a case from `own_case`."""
    return _original(case)


def file_for(actor: Actor, key: str, *, at: datetime, opened: frozenset[str] = frozenset()) -> Attachment:
    """An attachment for a person: public ones for all, others for its author and staff on the case (logged)."""
    file = Attachment.objects.select_related("case", "reply").filter(key=key, case__isnull=False).first()
    if file is None or file.case is None:
        raise NotVisible
    case, reply = file.case, file.reply
    is_out = reply.state == ReplyState.PUBLISHED if reply else file.is_public
    shows_message = case.visibility == Visibility.PUBLIC or reply is not None
    if is_out and case.public_at and shows_message:
        return file
    is_author = (actor.user is not None and case.author_id == actor.user.pk) or case.number in opened
    if is_author and (reply is None or reply.state == ReplyState.PUBLISHED):
        return file
    seen = case_for(actor, case.number)
    if reply is not None and reply not in replies_for(actor, seen):
        raise NotVisible
    if reply is None:
        if actor.user is None or not may_read_original(actor, case):
            raise NotVisible
        OriginalLook.objects.create(case=case, user=actor.user, what="file", purpose=file.name[:200], at=at)
    return file


def replies_for(actor: Actor, case: Case) -> list[Reply]:
    """The replies a member of staff sees on a case: published ones, and drafts of the own tree or under review."""
    found = Reply.objects.filter(case=case).exclude(state=ReplyState.DISCARDED).select_related(
        "unit", "author", "reviewer", "inspector"
    )  # fmt: skip
    if actor.covers(case.region_id, Role.COORDINATOR, Role.SUPERVISOR):
        return list(found)
    inside = Q(state=ReplyState.PUBLISHED) | Q(unit_id__in=actor.tree_unit_ids)
    if actor.covers(case.region_id, Role.QUALITY_INSPECTOR):
        inside |= Q(state=ReplyState.QUALITY)
    return list(found.filter(inside))


def steps_for(actor: Actor, case: Case) -> set[Step]:
    """Every step that this person may take on this case in its present state."""
    return {step for step, allows in _PERMISSIONS.items() if may(case.state, step) and allows(actor, case)}


def inspects(actor: Actor, reply: Reply) -> bool:
    """Whether the person may inspect this reply: of the region, and of no unit above or below the one that wrote it."""
    return actor.covers(reply.case.region_id, Role.QUALITY_INSPECTOR) and reply.unit_id not in actor.kin_unit_ids


def unit_on(actor: Actor, case: Case, *roles: Role) -> Unit | None:
    """The unit for which this person works on the case: the lead if it is theirs, else a supporting one."""
    tasks = _live_tasks(actor, case, *(roles or WORKING))
    if tasks:
        return min(tasks, key=lambda t: t.role != "lead").unit
    if case.lead_unit and actor.acts_for(case.lead_unit, *(roles or WORKING)):
        return case.lead_unit
    return None


def claiming_units(actor: Actor, case: Case) -> list[Unit]:
    """The own units that may claim this case from the pool."""
    own = Unit.objects.active().filter(pk__in=actor.own_unit_ids(*WORKING)).select_related("region")
    return [u for u in own if case.region_id.startswith(u.region_id)]


def opened_key(number: str, session_secret: str) -> str:
    """What a session stores to remember that a case was opened by its code."""
    return keyed_hash("opened", f"{number}\0{session_secret}")


_WHOLLY_PUBLIC = Q(public_at__isnull=False, visibility=Visibility.PUBLIC)


def _without_accusers(actor: Actor, found: CaseQuerySet) -> CaseQuerySet:
    """Without the reports that accuse a unit of this person or one above it.

    Until a reviewer has named the accused, nobody who belongs to any unit sees a report: it might be theirs.
    """
    if not actor.chain_unit_ids:
        return found
    not_named = Q(kind=MessageKind.REPORT, approved_at=None)
    return found.exclude(accused_units__in=actor.chain_unit_ids).exclude(not_named)


def _of_own_units(actor: Actor) -> Q:
    tasks = Assignment.objects.filter(unit_id__in=actor.tree_unit_ids)
    own = Q(pk__in=tasks.values("case_id"))
    if not actor.has(*UNIT_WIDE, Role.THIRD_PARTY):
        own &= Q(column__code="legal")
    return own


def _pool_regions(actor: Actor) -> list[str]:
    unit_ids = actor.own_unit_ids(*WORKING)
    if not unit_ids:
        return []
    return sorted(set(Unit.objects.active().filter(pk__in=unit_ids).values_list("region_id", flat=True)))


def _live_tasks(actor: Actor, case: Case, *roles: Role) -> list[Assignment]:
    if not actor.has(*roles):
        return []
    live = Assignment.objects.filter(case=case, unit_id__in=actor.tree_unit_ids, state__in=AssignmentState.live())
    return list(live.select_related("unit"))


def _original(case: Case) -> Original:
    contact = json.loads(case.sealed_contact) if case.sealed_contact else {}
    return Original(case.sealed_title, case.sealed_body, contact.get("name", ""), contact.get("phone", ""))


Permission = Callable[[Actor, Case], bool]


def _in_region(*roles: Role) -> Permission:
    return lambda actor, case: actor.covers(case.region_id, *roles)


def _in_lead_unit(*roles: Role) -> Permission:
    return lambda actor, case: actor.acts_for(case.lead_unit, *roles)


def _on_case(*roles: Role) -> Permission:
    return lambda actor, case: actor.acts_for(case.lead_unit, *roles) or bool(_live_tasks(actor, case, *roles))


def _either(*permissions: Permission) -> Permission:
    return lambda actor, case: any(allows(actor, case) for allows in permissions)


def _own_review(actor: Actor, case: Case) -> bool:
    return actor.user is not None and case.reviewer_id == actor.user.pk and _in_region(Role.MODERATOR)(actor, case)


def _can_claim(actor: Actor, case: Case) -> bool:
    is_offered = case.state == State.TO_ASSIGN and not case.is_report and case.visibility != Visibility.PRIVATE
    return is_offered and bool(claiming_units(actor, case))


_moderator, _coordinator = _in_region(Role.MODERATOR), _in_region(Role.COORDINATOR)
_oversight = _in_region(Role.SUPERVISOR, Role.COORDINATOR)
_REVIEWERS = (Role.UNIT_REVIEWER, Role.UNIT_HEAD)

_PERMISSIONS: dict[Step, Permission] = {
    Step.TAKE_REVIEW: _moderator,
    Step.RELEASE_REVIEW: _own_review,
    Step.APPROVE: _own_review,
    Step.ASK_SUPPLEMENT: _own_review,
    Step.REJECT: _own_review,
    Step.DIVERT: _own_review,
    Step.MERGE: lambda a, c: _own_review(a, c) if c.state == State.MODERATING else _coordinator(a, c),
    Step.APPROVE_SUPPLEMENT: _moderator,
    Step.HIDE_SUPPLEMENT: _moderator,
    Step.REDACT: _either(_moderator, _coordinator),
    Step.CHANGE_VISIBILITY: _moderator,
    Step.ASSIGN: _coordinator,
    Step.ADD_SUPPORT: _coordinator,
    Step.UPHOLD_OBJECTION: _coordinator,
    Step.OVERRULE_OBJECTION: _coordinator,
    Step.PAUSE: _coordinator,
    Step.RESUME: _coordinator,
    Step.TRANSFER: _either(_coordinator, _in_lead_unit(Role.UNIT_HEAD)),
    Step.SEND_BACK: _in_lead_unit(Role.UNIT_HEAD),
    Step.FINALIZE: _coordinator,
    Step.CLAIM: _can_claim,
    Step.ACCEPT: _in_lead_unit(*WORKING),
    Step.OBJECT: _in_lead_unit(Role.UNIT_HEAD),
    Step.DRAFT_REPLY: _on_case(*WORKING),
    Step.SEND_TO_REVIEW: _on_case(*WORKING),
    Step.DISCARD_REPLY: _on_case(*WORKING),
    Step.PASS_REVIEW: _on_case(*_REVIEWERS),
    Step.RETURN_REPLY: _either(_on_case(*_REVIEWERS), _in_region(Role.QUALITY_INSPECTOR)),
    Step.PUBLISH_REPLY: _in_region(Role.QUALITY_INSPECTOR),
    Step.FINISH_TASK: _on_case(*WORKING, Role.THIRD_PARTY),
    Step.KEEP_PROMISE: _in_lead_unit(Role.UNIT_HEAD),
    Step.KEEP_ONE: _on_case(Role.UNIT_HEAD),
    # Who stands at the reply's present station asks; who decides is told by `cases.actions.overriding`.
    Step.ASK_OVERRIDE: _either(_on_case(*WORKING, *_REVIEWERS), _in_region(Role.QUALITY_INSPECTOR)),
    Step.GRANT_OVERRIDE: _either(_on_case(Role.UNIT_HEAD), _in_region(Role.QUALITY_INSPECTOR), _oversight),
    Step.REFUSE_OVERRIDE: _either(_on_case(Role.UNIT_HEAD), _in_region(Role.QUALITY_INSPECTOR), _oversight),
    Step.LOG_CONTROL: _either(_oversight, _on_case(*WORKING, Role.UNIT_REVIEWER)),
    Step.CHANGE_LANE: _oversight,
    Step.APPROVE_AFTER: _on_case(*_REVIEWERS),
    Step.SUPERVISE: _oversight,
    Step.REOPEN: _in_region(Role.QUALITY_INSPECTOR, Role.SUPERVISOR),
    Step.NOTE: _either(
        _in_region(Role.MODERATOR, Role.COORDINATOR, Role.SUPERVISOR, Role.QUALITY_INSPECTOR),
        _on_case(*WORKING, *_REVIEWERS, Role.THIRD_PARTY),
    ),
}
