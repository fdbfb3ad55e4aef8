"""Who may supervise what: orders, calls, inspections, instructions and risks, fetched for a person."""

from datetime import datetime
from typing import TypeVar

from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from huixiang.accounts.roles import Role
from huixiang.cases import access as cases
from huixiang.cases.access import NotVisible
from huixiang.cases.models import Case, OriginalLook
from huixiang.cases.querysets import CaseQuerySet
from huixiang.rules.ladder import Means
from huixiang.units.access import Actor

from .models import (
    Admonition,
    Alert,
    DutyRoster,
    Finding,
    Inspection,
    InstructionTask,
    LeaderInstruction,
    Risk,
    StepState,
    SupervisionOrder,
    SupervisionStep,
)

M = TypeVar("M", bound=Model)
OVERSIGHT = (Role.SUPERVISOR, Role.COORDINATOR)
LOOKING_ON = (*OVERSIGHT, Role.LEADER, Role.CONVENOR)
_ORDER = ("case__region", "unit", "region", "issued_by", "received_by", "answered_by", "step")
ANSWERING = (Role.HANDLER, Role.UNIT_HEAD, Role.UNIT_REVIEWER)


def supervises(actor: Actor, region_code: str) -> bool:
    """Whether the person may order, call and inspect in a region."""
    return actor.covers(region_code, *OVERSIGHT)


def alerts(actor: Actor) -> QuerySet[Alert]:
    """Alerts of the person's regions, or of their own units."""
    return Alert.objects.filter(_cases_in_sight(actor))


def overseen(actor: Actor) -> CaseQuerySet:
    """The cases that the person watches over: those of their regions."""
    return _region_cases(actor, *LOOKING_ON)


def standing(actor: Actor) -> QuerySet[Alert]:
    """The rungs on which clocks stand now, on the cases that the person watches over."""
    return Alert.objects.filter(over_at=None, case__in=overseen(actor))


def steps(actor: Actor) -> QuerySet[SupervisionStep]:
    """Acts that the ladder asks for in the person's regions."""
    return SupervisionStep.objects.filter(case__in=_region_cases(actor, *LOOKING_ON))


def next_acts(actor: Actor) -> QuerySet[SupervisionStep]:
    """The one next act of each case that the person watches over: of several asked for, the gravest."""
    asked = SupervisionStep.objects.filter(case=OuterRef("case"), state=StepState.ASKED)
    graver = Exists(asked.filter(means=Means.INSPECTION))
    grave = Exists(asked.filter(means__in=[Means.WRITTEN, Means.INSPECTION]))
    one = Q(means=Means.INSPECTION) | Q(means=Means.WRITTEN) & ~Q(graver) | Q(means=Means.PHONE) & ~Q(grave)
    return steps(actor).filter(one, state=StepState.ASKED)


def steps_of_own_units(actor: Actor) -> QuerySet[SupervisionStep]:
    """Acts that the ladder asks for against units of the person's own."""
    return SupervisionStep.objects.filter(unit_id__in=_own(actor), case__in=cases.visible(actor))


def step_for(actor: Actor, pk: int) -> SupervisionStep:
    """One act, for somebody who may carry it out; raises NotVisible."""
    found = SupervisionStep.objects.filter(case__in=_region_cases(actor, *OVERSIGHT), pk=pk)
    return _one(found.select_related("case", "unit"))


def orders(actor: Actor) -> QuerySet[SupervisionOrder]:
    """Orders of the person's regions, and those to their own units."""
    own = Q(unit_id__in=_own(actor), case__in=cases.visible(actor))
    return SupervisionOrder.objects.filter(Q(case__in=_region_cases(actor, *LOOKING_ON)) | own)


def orders_to_own_units(actor: Actor) -> QuerySet[SupervisionOrder]:
    """Orders to units of the person's own."""
    return SupervisionOrder.objects.filter(unit_id__in=_own(actor), case__in=cases.visible(actor))


def order_for(actor: Actor, pk: int) -> SupervisionOrder:
    """One order; raises NotVisible."""
    return _one(orders(actor).select_related(*_ORDER).filter(pk=pk))


def order_to_answer(actor: Actor, pk: int) -> SupervisionOrder:
    """One order to a unit of the person's own; raises NotVisible."""
    return _one(orders_to_own_units(actor).filter(pk=pk).select_related("case", "unit", "region"))


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


def instruction_for(actor: Actor, pk: int) -> LeaderInstruction:
    """One instruction without its sealed text; raises NotVisible."""
    found = instructions(actor).filter(pk=pk).defer("sealed_text")
    return _one(found.select_related("case__region", "case__lead_unit", "leader"))


def read_instruction(actor: Actor, instruction: LeaderInstruction, *, purpose: str, at: datetime) -> str:
    """The sealed words of an instruction; whoever else than its leader reads them is logged first."""
    if actor.user is None or not instructions(actor).filter(pk=instruction.pk).exists():
        raise NotVisible
    if instruction.leader_id != actor.user.pk:
        OriginalLook.objects.create(
            case=instruction.case, user=actor.user, what="instruction", purpose=purpose[:200], at=at
        )
    return str(instruction.sealed_text)


def tasks(actor: Actor) -> QuerySet[InstructionTask]:
    """Tasks from instructions: of the own units, or of instructions that the person sees."""
    return InstructionTask.objects.filter(_own_tasks(actor) | Q(instruction__in=instructions(actor))).distinct()


def own_tasks(actor: Actor) -> QuerySet[InstructionTask]:
    """Tasks of the own units; never on a case that accuses one of them."""
    return InstructionTask.objects.filter(_own_tasks(actor)).distinct()


def task_to_answer(actor: Actor, pk: int) -> InstructionTask:
    """One task of a unit of the person's own; raises NotVisible."""
    found = own_tasks(actor).filter(pk=pk)
    return _one(found.select_related("instruction__case", "unit"))


def risks(actor: Actor) -> QuerySet[Risk]:
    """Risks of the person's regions."""
    return Risk.objects.filter(case__in=_region_cases(actor, *LOOKING_ON))


def risk_for(actor: Actor, pk: int) -> Risk:
    """One risk of the person's regions; raises NotVisible."""
    return _one(risks(actor).select_related("case__region", "reported_to").filter(pk=pk))


def inspection_for(actor: Actor, pk: int) -> Inspection:
    """One inspection list of the person's regions; raises NotVisible."""
    return _one(inspections(actor).select_related("region", "made_by").filter(pk=pk))


def findings(actor: Actor) -> QuerySet[Finding]:
    """Lines of inspection lists on cases that the person sees: no list tells of a report that is hidden from them."""
    return Finding.objects.filter(case__in=_region_cases(actor, *LOOKING_ON))


def admonitions(actor: Actor) -> QuerySet[Admonition]:
    """Talks and circulars in the person's regions, and those to their own units."""
    inside = Q(unit_id__in=_own(actor))
    for code in actor.regions(*LOOKING_ON):
        inside |= Q(unit__region__code__startswith=code)
    seen = Q(case=None) | Q(case__in=cases.visible(actor))
    return Admonition.objects.filter(inside, seen).distinct()


def _own_tasks(actor: Actor) -> Q:
    accusing = Case.objects.filter(accused_units__in=actor.chain_unit_ids)
    return Q(unit_id__in=_own(actor)) & ~Q(instruction__case__in=accusing)


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


def rosters(actor: Actor) -> QuerySet[DutyRoster]:
    """Duties of the leading group in the person's regions and in those above them."""
    inside = Q(pk__in=[])
    for code in actor.regions(*LOOKING_ON):
        inside |= Q(region__code__startswith=code) | Q(region__in=[code[:n] for n in range(2, len(code))])
    return DutyRoster.objects.filter(inside)


def roster_for(actor: Actor, pk: int) -> DutyRoster:
    """One duty of a region in which the person may arrange it; raises NotVisible."""
    row = _one(rosters(actor).select_related("region", "user").filter(pk=pk))
    if not supervises(actor, row.region.code):
        raise NotVisible
    return row
