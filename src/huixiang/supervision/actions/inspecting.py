"""Inspecting (定期查办): a weekly list of the gravest cases, and what was found on site."""

from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q

from huixiang.cases.ledger import Act, advance, read_for_change
from huixiang.cases.models import Case
from huixiang.cases.refusals import Refused
from huixiang.rules.calendar import CHINA
from huixiang.rules.ladder import Means
from huixiang.rules.lifecycle import ENDED, Step
from huixiang.units.models import Region

from .. import disproving
from ..asking import void_below
from ..models import Admonition, Finding, Inspection, StepState, SupervisionStep
from . import admonishing, raising

# docs/sources.md#supervision: black, come back for the third time, or a claim that was disproved.
MANY_ROUNDS = 3
BY_HAND = "紧急列入"


def week_of(at: datetime) -> date:
    """The Monday of the week of `at`, in China time."""
    here = at.astimezone(CHINA).date()
    return here - timedelta(days=here.weekday())


@transaction.atomic
def make_list(region: Region, act: Act) -> Inspection:
    """This week's list for a region; asked for twice, it takes up what has come since."""
    inspection = _weeks_list(region, act)
    Finding.objects.bulk_create(
        [Finding(inspection=inspection, case=c, unit=c.lead_unit, why=why) for c, why in _gravest(region, act.at)],
        ignore_conflicts=True,
    )
    return inspection


@transaction.atomic
def list_case(case: Case, region: Region, act: Act, *, reason: str) -> Finding:
    """Puts one case on this week's list at once, whatever rung its clocks are on; why stands in the ledger."""
    if not reason.strip():
        raise Refused("请写明为什么要现在就去现场核查。", field="reason")
    case = read_for_change(case.pk)
    if case.state in ENDED:
        raise Refused("这件留言已经结束，不能列入查办。")
    waiting = Finding.objects.filter(case=case, at=None).select_related("inspection").first()
    if waiting is not None:
        monday = waiting.inspection.week_on
        raise Refused(f"这件留言已列入{monday.month}月{monday.day}日起那周的查办清单，还没有核查。")
    inspection, why = _weeks_list(region, act), f"{BY_HAND}：{reason.strip()}"[:200]
    finding, is_new = Finding.objects.get_or_create(
        inspection=inspection, case=case, defaults={"unit": case.lead_unit, "why": why}
    )
    if not is_new:
        raise Refused("这件留言本周已经核查过，需要再查的请列入下周清单。")
    advance(case, Step.SUPERVISE, act, data={"means": Means.INSPECTION, "listed": reason.strip()[:200]})
    return finding


@transaction.atomic
def record_finding(finding: Finding, act: Act, *, found: str, is_true_to_reply: bool, measure: str = "") -> Finding:
    """Records what was seen on site, whether it is what the unit's reply says, and the measure taken.

    约谈 and 通报 also stand in the list of admonitions; 提级 puts the case into the hands of the superior unit.
    """
    if act.by is None:
        raise Refused("现场核查要由督办员本人记录。")
    if not found.strip():
        raise Refused("请写明现场看到的情况。", field="found")
    if measure and measure not in Finding.Measure.values:
        raise Refused("请从列表里选择措施。", field="measure")
    if measure and finding.unit is None:
        raise Refused("这件留言还没有承办单位，不能约谈、通报或提级。", field="measure")
    case = read_for_change(finding.case_id)
    superior = raising.superior_for(case) if measure == Finding.Measure.RAISE else None
    changed = Finding.objects.filter(pk=finding.pk, at=None).update(
        found=found.strip(), is_true_to_reply=is_true_to_reply, measure=measure, by=act.by, at=act.at
    )
    if changed != 1:
        raise Refused("这件的现场核查已经记录过了。")
    SupervisionStep.objects.filter(case=case, means=Means.INSPECTION, state=StepState.ASKED).update(
        state=StepState.DONE, done_by=act.by, done_at=act.at, answer=found.strip()[:500]
    )
    void_below(case, Means.INSPECTION)
    data = {
        "means": Means.INSPECTION, "found": found.strip()[:500], "is_true_to_reply": is_true_to_reply,
        "measure": measure,
    }  # fmt: skip
    if measure in Admonition.Kind.values and finding.unit is not None:
        made = Admonition.objects.create(
            kind=measure, unit=finding.unit, case=case, reason=f"现场核查：{finding.why}"[:200],
            text=found.strip(), by=act.by, at=act.at,
        )  # fmt: skip
        admonishing.tell_heads(made)
    advance(case, Step.SUPERVISE, act, data=data)
    if superior is not None:
        raising.raise_to(case, superior, act)
    finding.refresh_from_db()
    return finding


def _weeks_list(region: Region, act: Act) -> Inspection:
    week = {"region": region, "week_on": week_of(act.at)}
    try:
        with transaction.atomic():
            return Inspection.objects.create(**week, made_by=act.by, made_at=act.at)
    except IntegrityError:
        return Inspection.objects.get(**week)


def _gravest(region: Region, at: datetime) -> list[tuple[Case, str]]:
    asked = SupervisionStep.objects.filter(means=Means.INSPECTION, state=StepState.ASKED)
    disproved = disproving.disproved(region.code, at)
    alive = Case.objects.in_region(region.code).exclude(state__in=ENDED)
    grave = alive.filter(Q(supervision_steps__in=asked) | Q(round__gte=MANY_ROUNDS)).values("pk")
    wanted = Case.objects.filter(Q(pk__in=grave) | Q(pk__in=disproved)).select_related("lead_unit").order_by("pk")
    why = dict(asked.filter(case__in=wanted).values_list("case_id", "reason")) | disproved
    return [(case, why.get(case.pk) or f"第{case.round}次办理") for case in wanted]
