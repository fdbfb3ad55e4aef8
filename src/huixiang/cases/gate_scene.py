"""What a reply is judged against: the message, what was said in the case so far, and other replies."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from huixiang.nlp.reefs.judging import Draft as DraftText
from huixiang.nlp.reefs.judging import Judgement, Message, judge
from huixiang.nlp.reefs.kinds import OtherReply, Past
from huixiang.rules.calendar import CHINA
from huixiang.rules.lifecycle import Step
from huixiang.units.standards import in_force

from .choices import SupplementState
from .models import Case, CaseEvent, Reply, Supplement

# The unit's newest replies to other cases that a draft is compared with; a copied answer is seldom old.
COMPARED = 30


@dataclass(frozen=True)
class Surroundings:
    """One draft with its case, the judgement of it, and the replies that the judgement speaks of, by number."""

    reply: Reply
    case: Case
    at: datetime
    judged: Judgement
    same_case: dict[int, Reply]
    elsewhere: dict[int, Reply]


def surroundings(reply: Reply, *, at: datetime) -> Surroundings:
    """Judges `reply` as it stands in memory, saved or not; five small queries."""
    case = reply.case
    said = {r.pk: r for r in _said(case) if r.pk != reply.pk}
    elsewhere = {r.pk: r for r in _elsewhere(reply)}
    judged = judge(
        Message(case.title, case.body, _asked_at(case).astimezone(CHINA)),
        DraftText(reply.body, at.astimezone(CHINA), reply.kind),
        # What a correction corrects is meant to be like it.
        history=_history(case, [r for r in said.values() if r.pk != reply.corrects_id]),
        others=[OtherReply(str(r.pk), r.body) for r in elsewhere.values()],
        calendar=in_force().calendar,
    )
    return Surroundings(reply, case, at, judged, said, elsewhere)


def _said(case: Case) -> list[Reply]:
    """What is out in this case and in those merged with it: whoever reads them reads one matter."""
    heads = [pk for pk in (case.pk, case.merged_into_id) if pk]
    # The cases first, each by its index: joined to the replies, the two conditions would read every reply there is.
    matter = Case.objects.filter(Q(pk__in=heads) | Q(merged_into__in=heads)).values("pk")
    return list(Reply.objects.published().filter(case__in=matter).select_related("unit"))


def _elsewhere(reply: Reply) -> list[Reply]:
    others = Reply.objects.published().filter(unit_id=reply.unit_id).exclude(case_id=reply.case_id)
    newest = others.exclude(case__merged_into=reply.case_id).order_by("-published_at", "-pk")
    return list(newest.select_related("case").only("body", "kind", "unit_id", "case__number", "case__title")[:COMPARED])


def _history(case: Case, said: list[Reply]) -> list[Past]:
    words = [(r.published_at, Past(r.body, at=_day(r.published_at))) for r in said if r.case_id == case.pk]
    for added in Supplement.objects.filter(case=case).exclude(state=SupplementState.HIDDEN).defer("sealed_body"):
        words.append((added.at, Past(added.body, by_citizen=True, at=_day(added.at))))
    return [past for _, past in sorted(words, key=lambda row: row[0] or case.submitted_at)]


def _asked_at(case: Case) -> datetime:
    """When the citizen began to wait: at the message, or at the last reopening."""
    if case.round == 1:
        return case.submitted_at
    again = CaseEvent.objects.filter(case=case, step=Step.REOPEN).order_by("-seq").values_list("at", flat=True)
    return again.first() or case.submitted_at


def _day(at: datetime | None) -> date | None:
    return at.astimezone(CHINA).date() if at else None
