"""Who may ask for an override and who decides it, and whose promises a person sees (the gate's part of `access`)."""

from django.db.models import QuerySet

from huixiang.accounts.roles import Role
from huixiang.units.access import Actor

from .access import WORKING, inspects, visible
from .choices import ReplyState
from .gate_querysets import CommitmentQuerySet
from .models import Commitment, GateOverride, Reply

REVIEWERS = (Role.UNIT_REVIEWER, Role.UNIT_HEAD)
# Who stands above the units of a region.
ABOVE_UNITS = (Role.SUPERVISOR, Role.COORDINATOR)
DECIDING = (Role.UNIT_HEAD, Role.QUALITY_INSPECTOR, *ABOVE_UNITS)
SEALED = ("sealed_title", "sealed_body", "sealed_contact")


def may_ask_override(actor: Actor, reply: Reply) -> bool:
    """Whether the person stands at the reply's present station: its writers, its reviewers, its inspectors."""
    if reply.state == ReplyState.QUALITY and inspects(actor, reply):
        return True
    roles = WORKING if reply.state == ReplyState.DRAFT else (*WORKING, *REVIEWERS)
    return reply.state in ReplyState.open() and actor.acts_for(reply.unit, *roles)


def may_decide_override(actor: Actor, override: GateOverride) -> bool:
    """Whether the person may let a held reply pass: never who asked or wrote; the level above where that is needed."""
    reply = override.reply
    if actor.user is None or actor.user.pk in {override.asked_by_id, reply.author_id}:
        return False
    path = reply.unit.path
    heads = [g for g in actor.grants if g.role == Role.UNIT_HEAD and g.unit_path and path.startswith(g.unit_path)]
    if any(g.unit_path != path for g in heads) or actor.covers(reply.case.region_id, *ABOVE_UNITS):
        return True
    return not override.needs_superior and (bool(heads) or inspects(actor, reply))


def overrides_for(actor: Actor) -> QuerySet[GateOverride]:
    """Requests to let a held reply pass, on cases that the person sees."""
    found = GateOverride.objects.filter(reply__case__in=visible(actor))
    if not actor.has(Role.QUALITY_INSPECTOR, *ABOVE_UNITS):
        found = found.filter(unit_id__in=actor.tree_unit_ids)
    return found.select_related("reply__case", "reply__unit", "asked_by", "decided_by").defer(
        *(f"reply__case__{name}" for name in SEALED)
    )


def commitments_of_units(actor: Actor) -> CommitmentQuerySet:
    """The promises that the person's units, and those below them, made to the public."""
    own = Commitment.objects.public().filter(unit_id__in=actor.tree_unit_ids, case__in=visible(actor))
    return own.select_related("case", "unit", "reply").defer(*(f"case__{name}" for name in SEALED))


def may_keep(actor: Actor, commitment: Commitment) -> bool:
    """Whether the person may record that this promise was kept: a head of the unit that gave it."""
    return actor.acts_for(commitment.unit, Role.UNIT_HEAD)
