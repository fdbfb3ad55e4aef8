"""Admonishing: 约谈 and 通报, each with its reason and its words."""

from django.db import transaction

from huixiang.cases.ledger import Act, advance, read_for_change
from huixiang.cases.models import Case
from huixiang.cases.refusals import Refused
from huixiang.rules.lifecycle import Step
from huixiang.units.models import Unit

from ..models import Admonition


@transaction.atomic
def admonish(unit: Unit, act: Act, *, kind: str, reason: str, text: str, case: Case | None = None) -> Admonition:
    """Records a talk with a unit, or a circular about it."""
    if act.by is None or kind not in Admonition.Kind.values:
        raise Refused("请选择约谈或通报。", field="kind")
    if not reason.strip():
        raise Refused("请写明原因。", field="reason")
    if not text.strip():
        raise Refused("请写明内容。", field="text")
    made = Admonition.objects.create(
        kind=kind, unit=unit, case=case, reason=reason.strip()[:200], text=text.strip(), by=act.by, at=act.at
    )
    if case is not None:
        data = {"admonition": made.pk, "kind_of_admonition": kind, "unit": unit.pk}
        advance(read_for_change(case.pk), Step.SUPERVISE, act, data=data)
    return made
