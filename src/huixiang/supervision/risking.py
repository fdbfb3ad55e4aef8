"""Risking: the watch raises each kind of risk once per case and tells the leading group's duty person.

Whatever happens to a case wakes the watch, so a risk is raised within one sweep of its sign.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q

from huixiang.accounts.models import User
from huixiang.accounts.roles import Role
from huixiang.cases import ledger
from huixiang.cases.choices import Urgency
from huixiang.cases.ledger import Act, Entry
from huixiang.cases.models import Case, Supplement
from huixiang.nlp import danger
from huixiang.notices.actions.telling import Word, tell
from huixiang.rules.lifecycle import ENDED, Step
from huixiang.rules.risks import REPORT_WITHIN, Found, Signs, risks_of
from huixiang.units.models import Membership

from .models import DutyRoster, Risk

LEADING_GROUP = (Role.CONVENOR, Role.LEADER)
_HOURS = REPORT_WITHIN // timedelta(hours=1)


def watch_risks(cases: Sequence[Case], at: datetime) -> list[Risk]:
    """Raises the kinds of risk that the cases show and that were not raised before; gives the new ones.

    Only for cases that this transaction has locked. Costs the same few statements for one case as for five hundred.
    """
    living = [case for case in cases if case.state not in ENDED]
    if not living:
        return []
    signs, known = _signs(living), _known(living)
    fresh = [(c, found) for c in living for found in risks_of(signs[c.pk]) if found.kind not in known[c.pk]]
    if not fresh:
        return []
    risks = [_risk(case, found, at) for case, found in fresh]
    Risk.objects.bulk_create(risks)
    entries: dict[int, list[Entry]] = defaultdict(list)
    for risk in risks:
        entries[risk.case_id].append(Entry(Step.NOTE, Act(None, at), noted(risk)))
    ledger.append_many([(c, entries[c.pk]) for c in living if entries[c.pk]])
    for risk in risks:
        tell_duty(risk)
    return risks


def noted(risk: Risk) -> dict[str, Any]:
    """What the ledger says of a risk that was raised."""
    return {"text": f"发现{Risk.Kind(risk.kind).label}风险：{risk.why}", "risk": risk.pk}


def tell_duty(risk: Risk) -> None:
    """Tells whoever is on duty; of a report (举报) nobody is told, its coordinator sees it on the list."""
    case = risk.case
    if case.is_report:
        return
    label = Risk.Kind(risk.kind).label
    word = Word(
        f"风险报告：{label}", f"“{case.title}”（{case.number}）有{label}风险：{risk.why}。请在{_HOURS}小时内了解情况。",
        "/desk/risks/",
    )  # fmt: skip
    for person in on_duty(case.region_id, risk.raised_at):
        tell(word, key=f"risk:{risk.pk}", at=risk.raised_at, user=person)


def on_duty(region_code: str, at: datetime) -> list[User]:
    """Who answers for the leading group at `at`: by the nearest roster, else the convenors, else the leaders."""
    above = [region_code[:n] for n in range(len(region_code), 1, -1)]
    rows = DutyRoster.objects.filter(region__in=above, starts_at__lte=at, ends_at__gt=at, user__is_active=True)
    found = _nearest([(row.region_id, row.user) for row in rows.select_related("user")])
    for role in LEADING_GROUP:
        found = found or _nearest(_holding(role, above, at))
    return found


def _holding(role: Role, regions: Sequence[str], at: datetime) -> list[tuple[str, User]]:
    live = Q(ends_at=None) | Q(ends_at__gt=at)
    rows = Membership.objects.filter(live, role=role, region__in=regions, user__is_active=True)
    return [(str(row.region_id), row.user) for row in rows.select_related("user").order_by("pk")]


def _nearest(rows: Sequence[tuple[str, User]]) -> list[User]:
    """The people of the smallest region among the rows, each once."""
    longest = max((len(code) for code, _ in rows), default=0)
    return list({user.pk: user for code, user in rows if len(code) == longest}.values())


def _risk(case: Case, found: Found, at: datetime) -> Risk:
    return Risk(case=case, kind=found.kind, why=found.why[:200], raised_at=at)


def _known(cases: Sequence[Case]) -> dict[int, set[str]]:
    known: dict[int, set[str]] = defaultdict(set)
    for case_id, kind in Risk.objects.filter(case__in=cases).values_list("case_id", "kind"):
        known[case_id].add(kind)
    return known


def _signs(cases: Sequence[Case]) -> dict[int, Signs]:
    """What is known of each case, read from the masked texts alone."""
    texts: dict[int, list[str]] = defaultdict(list)
    # Swept cases come without their texts.
    for pk, title, body in Case.objects.filter(pk__in=[c.pk for c in cases]).values_list("pk", "title", "body"):
        texts[pk] += [title, body]
    supplements: dict[int, int] = defaultdict(int)
    for case_id, body in Supplement.objects.filter(case__in=cases).values_list("case_id", "body"):
        texts[case_id].append(body)
        supplements[case_id] += 1
    merged = Case.objects.filter(merged_into__in=cases).order_by().values_list("merged_into").annotate(Count("pk"))
    joined = dict(merged)
    return {c.pk: _signs_of(c, texts[c.pk], supplements[c.pk], joined.get(c.pk, 0)) for c in cases}


def _signs_of(case: Case, texts: Sequence[str], supplements: int, merged: int) -> Signs:
    noticed = danger.noticed(*texts)
    return Signs(
        is_critical=case.urgency == Urgency.CRITICAL,
        is_reviewed=case.approved_at is not None,
        danger_words=noticed.words if noticed and noticed.is_critical else (),
        crowd_words=danger.crowd_words(*texts),
        minors_words=danger.minors_words(*texts),
        media_words=danger.media_words(*texts),
        messages=merged + 1,
        supporters=case.supporters_count,
        supplements=supplements,
    )
