"""Admonishing: 约谈 and 通报, each with its reason and its words."""

from django.db import transaction

from huixiang.accounts.roles import Role
from huixiang.cases.ledger import Act, advance, read_for_change
from huixiang.cases.models import Case
from huixiang.cases.refusals import Refused
from huixiang.notices import recipients
from huixiang.notices.actions.telling import About, Telling, tell_many
from huixiang.notices.wording import template
from huixiang.rules.lifecycle import Step
from huixiang.units.access import actor_of
from huixiang.units.models import Unit

from .. import access
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
    tell_heads(made)
    return made


def tell_heads(made: Admonition) -> None:
    """Tells the heads of the unit, and whoever stands in for them, as far as they may read of it.

    The words name no case: a unit hears nothing through here of a report against it.
    """
    people = recipients.of_unit(made.unit_id, [Role.UNIT_HEAD], at=made.at)
    seeing = [p for p in people if access.admonitions(actor_of(p, at=made.at)).filter(pk=made.pk).exists()]
    facts = {
        "kind": made.get_kind_display(), "unit_name": made.unit.name, "reason": made.reason.rstrip("。"),
        "issued_by": made.by.display_name,
    }  # fmt: skip
    word = template("admonition", "head").fill(facts, "/desk/admonitions/")
    about = About(unit_id=made.unit_id, is_loud=True)
    tell_many([Telling(word, f"admonition:{made.pk}", made.at, about, people=seeing, texts_staff=True)])
