"""What the supervision of a case adds to its page, for those who may know of it."""

from dataclasses import dataclass, field

from huixiang.accounts.roles import Role
from huixiang.cases.models import Case
from huixiang.supervision import access
from huixiang.supervision.models import Admonition, Finding, InstructionTask, LeaderInstruction, Risk
from huixiang.units.access import Actor


@dataclass(frozen=True)
class Around:
    """Risks, instructions without their words, the own tasks, findings on site, talks and circulars."""

    risks: list[Risk] = field(default_factory=list)
    instructions: list[LeaderInstruction] = field(default_factory=list)
    tasks: list[InstructionTask] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    admonitions: list[Admonition] = field(default_factory=list)
    may_instruct: bool = False
    may_raise: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to tell and nothing to do."""
        told = (self.risks, self.instructions, self.tasks, self.findings, self.admonitions)
        return not any(told) and not self.may_instruct and not self.may_raise


NOTHING = Around()


def around(actor: Actor, case: Case) -> Around:
    """What supervision knows of a case that the person sees."""
    watches = actor.covers(case.region_id, *access.LOOKING_ON)
    answers = bool(case.lead_unit_id in actor.tree_unit_ids) if actor.has(*access.ANSWERING) else False
    if not (watches or actor.has(*access.ANSWERING)):
        return NOTHING
    found = Finding.objects.filter(case=case, at__isnull=False).select_related("unit", "by").order_by("-at")
    return Around(
        risks=list(access.risks(actor).filter(case=case).select_related("reported_to")) if watches else [],
        instructions=list(
            access.instructions(actor).filter(case=case).defer("sealed_text").select_related("leader")
            .prefetch_related("tasks__unit")
        ) if watches else [],
        tasks=list(access.own_tasks(actor).filter(instruction__case=case).select_related("unit")),
        findings=list(found) if watches or answers else [],
        admonitions=list(access.admonitions(actor).filter(case=case).select_related("unit", "by")),
        may_instruct=actor.covers(case.region_id, Role.LEADER),
        may_raise=actor.covers(case.region_id, *access.OVERSIGHT),
    )  # fmt: skip
