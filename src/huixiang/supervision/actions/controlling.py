"""Controlling: a danger is brought under control first (G10), and grave risks are reported to a duty person."""

from django.db import IntegrityError, transaction

from huixiang.accounts.models import User
from huixiang.cases.ledger import Act, advance, read_for_change
from huixiang.cases.models import Case
from huixiang.cases.refusals import Refused
from huixiang.rules.lifecycle import Step

from ..models import Risk
from ..risking import leading_group, noted, tell_duty


@transaction.atomic
def log_control(case: Case, act: Act, *, what: str) -> Case:
    """Logs what was done at once against the danger; the safety clock stops."""
    if not what.strip():
        raise Refused("请写明采取了什么控制措施，例如“17时拉警戒线、专人值守”。", field="what")
    case = read_for_change(case.pk)
    advance(case, Step.LOG_CONTROL, act, data={"what": what.strip()[:500]}, is_public=True)
    return case


@transaction.atomic
def raise_risk(case: Case, act: Act, *, kind: str, why: str) -> Risk:
    """Raises one kind of risk on a case by hand, once."""
    if kind not in Risk.Kind.values:
        raise Refused("请选择风险类型。", field="kind")
    if not why.strip():
        raise Refused("请写明为什么有风险。", field="why")
    case = read_for_change(case.pk)
    try:
        with transaction.atomic():
            risk = Risk.objects.create(case=case, kind=kind, why=why.strip()[:200], raised_at=act.at, raised_by=act.by)
    except IntegrityError as error:
        raise Refused("这件留言的这类风险已经登记。", field="kind") from error
    advance(case, Step.NOTE, act, data=noted(risk))
    tell_duty(risk, leading_group(act.at))
    return risk


@transaction.atomic
def report_risk(risk: Risk, act: Act, *, to: User, note: str = "") -> Risk:
    """Records that the leading group's duty person was told; a report (举报) never reaches them."""
    if risk.case.is_report:
        raise Refused("举报件不报值班人员，以保护举报人。请按举报程序处置。")
    if to not in leading_group(act.at).members(risk.case.region_id):
        raise Refused("请选择领导小组的成员。", field="to")
    if risk.closed_at is not None:
        raise Refused("这项风险已经解除，不用再报告。")
    changed = Risk.objects.filter(pk=risk.pk, reported_at=None).update(
        reported_to=to, reported_at=act.at, note=note.strip()[:500]
    )
    if changed != 1:
        raise Refused("这项风险已经报告过了。")
    risk.refresh_from_db()
    data = {"text": f"{Risk.Kind(risk.kind).label}风险已报告领导小组值班人员", "risk": risk.pk}
    advance(read_for_change(risk.case_id), Step.NOTE, act, data=data)
    return risk


@transaction.atomic
def close_risk(risk: Risk, act: Act, *, note: str) -> Risk:
    """Ends the watch over a risk, saying why it is over."""
    if not note.strip():
        raise Refused("请写明风险如何解除。", field="note")
    if Risk.objects.filter(pk=risk.pk, closed_at=None).update(closed_at=act.at, note=note.strip()[:500]) != 1:
        raise Refused("这项风险已经解除。")
    risk.refresh_from_db()
    return risk
