"""Asking: which acts the ladder asks a person for; it never goes down by itself (design domain §C3)."""

from collections import defaultdict
from collections.abc import Iterable

from huixiang.cases.models import Case
from huixiang.rules.ladder import LEVEL, Means

from .models import Finding, StepState, SupervisionOrder, SupervisionStep


def void_below(case: Case, means: Means) -> None:
    """A graver act was carried out: the milder ones that were asked for before are not needed any more."""
    milder = [other for other in Means if LEVEL[other] < LEVEL[means]]
    asked = SupervisionStep.objects.filter(case=case, state=StepState.ASKED, means__in=milder)
    asked.update(state=StepState.VOID)


def levels_in_force(case_ids: Iterable[int]) -> dict[int, int]:
    """The gravest act that binds each case now, as its level: a letter to be answered, or an inspection to come."""
    ids, found = list(case_ids), defaultdict[int, int](int)
    for pk in SupervisionOrder.objects.filter(case__in=ids, answered_at=None).values_list("case_id", flat=True):
        found[pk] = LEVEL[Means.WRITTEN]
    for pk in Finding.objects.filter(case__in=ids, at=None).values_list("case_id", flat=True):
        found[pk] = LEVEL[Means.INSPECTION]
    return found


def was_overtaken(step: SupervisionStep) -> bool:
    """Whether a graver act was carried out since this one was asked for."""
    graver = [other for other in Means if LEVEL[other] > LEVEL[Means(step.means)]]
    done = SupervisionStep.objects.filter(case_id=step.case_id, state=StepState.DONE, means__in=graver)
    return done.filter(done_at__gte=step.asked_at).exists()
