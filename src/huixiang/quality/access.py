"""Who may look back over which units, and who may review which sampled replies."""

from django.db.models import Q, QuerySet

from huixiang.accounts.roles import Role
from huixiang.cases import access as cases
from huixiang.cases.access import NotVisible
from huixiang.cases.models import Reply
from huixiang.units.access import Actor
from huixiang.units.models import Unit

from .models import JUDGED_KINDS, LookBack, LookedReply, Review, Sample

OVER_REGIONS = (Role.QUALITY_INSPECTOR, Role.SUPERVISOR, Role.COORDINATOR, Role.LEADER, Role.CONVENOR)
LOOKING_BACK = (*OVER_REGIONS, Role.UNIT_HEAD)
SEES_AGREEMENT = OVER_REGIONS


def units(actor: Actor) -> QuerySet[Unit]:
    """The units that the person may look back over: those of their regions, and the tree of a unit they head."""
    inside = Q(pk__in=[])
    for code in actor.regions(*OVER_REGIONS):
        inside |= Q(region__code__startswith=code)
    for grant in actor.grants:
        if grant.role == Role.UNIT_HEAD and grant.unit_path:
            inside |= Q(path__startswith=grant.unit_path)
    return Unit.objects.filter(inside)


def look_backs(actor: Actor) -> QuerySet[LookBack]:
    """The look-backs over those units, whoever asked for them."""
    return LookBack.objects.filter(unit__in=units(actor))


def look_back_for(actor: Actor, pk: int) -> LookBack:
    """One look-back; raises NotVisible."""
    found = look_backs(actor).select_related("unit", "asked_by").filter(pk=pk).first()
    if found is None:
        raise NotVisible
    return found


def replies(actor: Actor, unit: Unit) -> QuerySet[Reply]:
    """The published answers of a unit's tree on cases that the person sees."""
    found = Reply.objects.published().filter(kind__in=JUDGED_KINDS, unit__path__startswith=unit.path)
    return found.filter(case__in=cases.visible(actor).values("pk"))


def looked(actor: Actor, look_back: LookBack) -> QuerySet[LookedReply]:
    """The judged replies of a look-back on cases that this person sees: somebody else may have asked for it."""
    return look_back.looked.filter(opinion__isnull=False, reply__case__in=cases.visible(actor).values("pk"))


def samples(actor: Actor) -> QuerySet[Sample]:
    """The sampled replies that the person may review: of their regions, never of their own units or passed by them."""
    if actor.user is None:
        return Sample.objects.none()
    seen = cases.visible(actor).in_regions(actor.regions(Role.QUALITY_INSPECTOR))
    theirs = Q(reply__author=actor.user) | Q(reply__reviewer=actor.user) | Q(reply__inspector=actor.user)
    strange = Sample.objects.exclude(reply__unit__in=actor.tree_unit_ids).exclude(theirs)
    return strange.filter(reply__case__in=seen.values("pk"))


def waiting(actor: Actor) -> QuerySet[Sample]:
    """Those of them that were judged and that nobody has reviewed yet, the oldest draw first."""
    return samples(actor).filter(opinion__isnull=False, review=None).order_by("drawn_at", "pk")


def sample_for(actor: Actor, pk: int) -> Sample:
    """One sampled reply to review or, once reviewed, to read; raises NotVisible."""
    found = samples(actor).select_related(
        "reply__case__region", "reply__case__column", "reply__unit", "opinion", "review__reviewer", "second"
    ).defer("reply__case__sealed_title", "reply__case__sealed_body", "reply__case__sealed_contact")  # fmt: skip
    row = found.filter(pk=pk, opinion__isnull=False).first()
    if row is None:
        raise NotVisible
    return row


def reviews(actor: Actor) -> QuerySet[Review]:
    """The reviews from which the person reads the agreement: those of replies in their regions."""
    seen = cases.visible(actor).in_regions(actor.regions(*SEES_AGREEMENT))
    return Review.objects.filter(sample__reply__case__in=seen.values("pk"))
