"""Who may supervise what: orders, calls, inspections, instructions and risks, fetched for a person."""

from typing import TypeVar

from django.db.models import Model, Q, QuerySet

from huixiang.accounts.roles import Role
from huixiang.cases import access as cases
from huixiang.cases.access import NotVisible
from huixiang.cases.querysets import CaseQuerySet
from huixiang.units.access import Actor

from .models import (
    Alert,
    Finding,
    Inspection,
    InstructionTask,
    LeaderInstruction,
    Risk,
    SupervisionOrder,
    SupervisionStep,
)

M = TypeVar("M", bound=Model)
OVERSIGHT = (Role.SUPERVISOR, Role.COORDINATOR)
LOOKING_ON = (*OVERSIGHT, Role.LEADER, Role.CONVENOR)
ANSWERING = (Role.HANDLER, Role.UNIT_HEAD, Role.UNIT_REVIEWER)


def supervises(actor: Actor, region_code: str) -> bool:
    """Whether the person may order, call and inspect in a region."""
    return actor.covers(region_code, *OVERSIGHT)


def alerts(actor: Actor) -> QuerySet[Alert]:
    """Alerts of the person's regions, or of their own units."""
    return Alert.objects.filter(_cases_in_sight(actor))


def steps(actor: Actor) -> QuerySet[SupervisionStep]:
    """Acts that the ladder asks for in the person's regions."""
    return SupervisionStep.objects.filter(case__in=_region_cases(actor, *LOOKING_ON))


def step_for(actor: Actor, pk: int) -> SupervisionStep:
    """One act, for somebody who may carry it out; raises NotVisible."""
    found = SupervisionStep.objects.filter(case__in=_region_cases(actor, *OVERSIGHT), pk=pk)
    return _one(found.select_related("case", "unit"))


def orders(actor: Actor) -> QuerySet[SupervisionOrder]:
    """Orders of the person's regions, and those to their own units."""
    inside = Q(case__in=_region_cases(actor, *LOOKING_ON)) | Q(unit_id__in=_own(actor))
    return SupervisionOrder.objects.filter(inside).distinct()


def order_for(actor: Actor, pk: int) -> SupervisionOrder:
    """One order; raises NotVisible."""
    return _one(orders(actor).select_related("case", "unit", "region", "issued_by", "step").filter(pk=pk))


def order_to_answer(actor: Actor, pk: int) -> SupervisionOrder:
    """One order to a unit of the person's own; raises NotVisible."""
    found = SupervisionOrder.objects.filter(unit_id__in=_own(actor), pk=pk)
    return _one(found.select_related("case", "unit", "region"))


def inspections(actor: Actor) -> QuerySet[Inspection]:
    """Inspection lists of the person's regions."""
    inside = Q(pk__in=[])
    for code in actor.regions(*LOOKING_ON):
        inside |= Q(region__code__startswith=code)
    return Inspection.objects.filter(inside)


def finding_for(actor: Actor, pk: int) -> Finding:
    """One line of an inspection list, for somebody who may inspect; raises NotVisible."""
    found = Finding.objects.filter(case__in=_region_cases(actor, *OVERSIGHT), pk=pk)
    return _one(found.select_related("case", "unit", "inspection"))


def instructions(actor: Actor) -> QuerySet[LeaderInstruction]:
    """Instructions that the person gave, or that bind their regions' oversight; a unit sees only its tasks."""
    own = Q(leader=actor.user) if actor.user else Q(pk__in=[])
    return LeaderInstruction.objects.filter(own | Q(case__in=_region_cases(actor, *OVERSIGHT))).distinct()


def tasks(actor: Actor) -> QuerySet[InstructionTask]:
    """Tasks from instructions: of the own units, or of instructions that the person sees."""
    return InstructionTask.objects.filter(
        Q(unit_id__in=_own(actor)) | Q(instruction__in=instructions(actor))
    ).distinct()


def task_to_answer(actor: Actor, pk: int) -> InstructionTask:
    """One task of a unit of the person's own; raises NotVisible."""
    found = InstructionTask.objects.filter(unit_id__in=_own(actor), pk=pk)
    return _one(found.select_related("instruction__case", "unit"))


def risks(actor: Actor) -> QuerySet[Risk]:
    """Risks of the person's regions."""
    return Risk.objects.filter(case__in=_region_cases(actor, *LOOKING_ON))


def _own(actor: Actor) -> list[int]:
    return actor.tree_unit_ids if actor.has(*ANSWERING) else []


def _region_cases(actor: Actor, *roles: Role) -> CaseQuerySet:
    inside = Q(pk__in=[])
    for code in actor.regions(*roles):
        inside |= Q(region__code__startswith=code)
    return cases.visible(actor).filter(inside)


def _cases_in_sight(actor: Actor) -> Q:
    inside = Q(pk__in=[])
    if actor.regions(*LOOKING_ON):
        inside |= Q(case__in=_region_cases(actor, *LOOKING_ON))
    if _own(actor):
        inside |= Q(unit_id__in=_own(actor), case__in=cases.visible(actor))
    return inside


def _one(found: "QuerySet[M]") -> "M":
    row = found.first()
    if row is None:
        raise NotVisible
    return row
