"""Who reads, writes and approves standard answers (the knowledge base's part of `access`)."""

from django.db.models import Q

from huixiang.accounts.roles import Role
from huixiang.units.access import Actor
from huixiang.units.models import Unit

from .access import NotVisible
from .gate_access import REVIEWERS
from .knowledge_choices import KnowledgeState
from .knowledge_querysets import KnowledgeQuerySet
from .models import KnowledgeEntry

KEEPING = (Role.HANDLER, *REVIEWERS)


def knowledge_for(actor: Actor) -> KnowledgeQuerySet:
    """The entries of the own units, whatever their state, and approved ones that apply in or below these regions."""
    found = KnowledgeEntry.objects.select_related("topic", "region", "unit", "written_by", "approved_by")
    own = actor.own_unit_ids(*KEEPING)
    if not own:
        return found.none()
    inside = Q(pk__in=[])
    for code in sorted(set(Unit.objects.filter(pk__in=own).values_list("region_id", flat=True))):
        above = [code[:n] for n in range(1, len(code) + 1)]
        inside |= Q(region_id__in=above) | Q(region__code__startswith=code)
    return found.filter(Q(unit_id__in=actor.tree_unit_ids) | Q(inside, state=KnowledgeState.APPROVED))


def entry_for(actor: Actor, pk: int) -> KnowledgeEntry:
    """One entry for a person; raises NotVisible."""
    found = knowledge_for(actor).filter(pk=pk).first()
    if found is None:
        raise NotVisible
    return found


def writing_units(actor: Actor) -> list[Unit]:
    """The own units for which this person writes entries."""
    own = Unit.objects.active().filter(pk__in=actor.own_unit_ids(*KEEPING))
    return list(own.select_related("region").order_by("path"))


def may_change(actor: Actor, entry: KnowledgeEntry) -> bool:
    """Whether the person writes for the unit that keeps this entry."""
    return actor.acts_for(entry.unit, *KEEPING)


def may_retire(actor: Actor, entry: KnowledgeEntry) -> bool:
    """Whether the person reviews for, or heads, the unit that keeps this entry, or one above it."""
    return actor.acts_for(entry.unit, *REVIEWERS)


def may_approve(actor: Actor, entry: KnowledgeEntry) -> bool:
    """Whether the person may approve this entry: as `may_retire`, and never who wrote it."""
    return actor.user is not None and actor.user.pk != entry.written_by_id and may_retire(actor, entry)
