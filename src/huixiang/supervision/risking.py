"""Risking: the watch raises each kind of risk once per case and tells the leading group's duty person.

Whatever happens to a case wakes the watch, so a risk is raised within one sweep of its sign.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q

from huixiang.accounts.models import User
from huixiang.accounts.roles import Role
from huixiang.cases import ledger
from huixiang.cases.choices import Urgency, Visibility
from huixiang.cases.ledger import Act, Entry
from huixiang.cases.models import Case, Supplement
from huixiang.nlp import danger
from huixiang.notices import recipients
from huixiang.notices.actions.telling import About, Telling, tell_many
from huixiang.notices.wording import NOT_PUBLIC, Word, template
from huixiang.rules.lifecycle import ENDED, Step
from huixiang.rules.risks import REPORT_WITHIN, Found, Signs, risks_of
from huixiang.units.models import Membership

from .models import DutyRoster, Risk

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
    group = leading_group(at)
    tell_many([telling for risk in risks for telling in _to_duty(risk, group)])
    return risks


def noted(risk: Risk) -> dict[str, Any]:
    """What the ledger says of a risk that was raised."""
    return {"text": f"发现{Risk.Kind(risk.kind).label}风险：{risk.why}", "risk": risk.pk}


def tell_duty(risk: Risk, group: "LeadingGroup") -> None:
    """Tells whoever is on duty and stands in for them, on their phones too, for it has to be known within the hour.

    Of a report (举报) nobody is told: its coordinator sees it on the list.
    """
    tell_many(_to_duty(risk, group))


def _to_duty(risk: Risk, group: "LeadingGroup") -> list[Telling]:
    case, on_duty = risk.case, group.on_duty(risk.case.region_id)
    if case.is_report or not on_duty:
        return []
    deputies = recipients.deputies_of([person.pk for person in on_duty], at=risk.raised_at)
    people = list({person.pk: person for person in (*on_duty, *deputies)}.values())
    about = About(case.pk, is_urgent=True, is_loud=True, outside=_words(risk, is_outside=True))
    return [Telling(_words(risk), f"risk:{risk.pk}", risk.raised_at, about, people=people, texts_staff=True)]


def _words(risk: Risk, *, is_outside: bool = False) -> Word:
    """The words of a risk; outside the house a case that is not public keeps its title and its words to itself."""
    case, hides = risk.case, is_outside and risk.case.visibility != Visibility.PUBLIC
    facts = {
        "label": Risk.Kind(risk.kind).label, "number": case.number, "hours": str(_HOURS),
        "title": NOT_PUBLIC if hides else case.title, "why": "详情请登录查看" if hides else risk.why,
    }  # fmt: skip
    return template("risk", "duty").fill(facts, "/desk/risks/")


@dataclass(frozen=True)
class LeadingGroup:
    """Who of the leading group is on duty and who leads where, read once: pairs of region code and person."""

    roster: Sequence[tuple[str, User]]
    convenors: Sequence[tuple[str, User]]
    leaders: Sequence[tuple[str, User]]

    def on_duty(self, region_code: str) -> list[User]:
        """Who answers: by the nearest roster, else the nearest convenors, else the nearest leaders."""
        for rows in (self.roster, self.convenors, self.leaders):
            if found := _nearest(rows, region_code):
                return found
        return []

    def members(self, region_code: str) -> list[User]:
        """Everybody to whom a risk of the region may be reported, those on duty first."""
        above = [person for code, person in (*self.convenors, *self.leaders) if region_code.startswith(code)]
        return list({person.pk: person for person in (*self.on_duty(region_code), *above)}.values())


def leading_group(at: datetime) -> LeadingGroup:
    """The leading group as it is at `at`."""
    rows = DutyRoster.objects.filter(starts_at__lte=at, ends_at__gt=at, user__is_active=True).select_related("user")
    roster = [(str(row.region_id), row.user) for row in rows]
    return LeadingGroup(roster, _holding(Role.CONVENOR, at), _holding(Role.LEADER, at))


def _holding(role: Role, at: datetime) -> list[tuple[str, User]]:
    live = Q(ends_at=None) | Q(ends_at__gt=at)
    rows = Membership.objects.filter(live, role=role, user__is_active=True).select_related("user").order_by("pk")
    return [(str(row.region_id), row.user) for row in rows]


def _nearest(rows: Sequence[tuple[str, User]], region_code: str) -> list[User]:
    """The people of the smallest region among the rows that holds `region_code`, each once."""
    above = [(code, person) for code, person in rows if region_code.startswith(code)]
    longest = max((len(code) for code, _ in above), default=0)
    return list({person.pk: person for code, person in above if len(code) == longest}.values())


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
    joined = dict(merged.iterator())
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
