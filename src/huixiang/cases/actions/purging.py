"""Purging: drafts that nobody will come back to, with their files, so that no unsent words are kept for nothing."""

from datetime import datetime, timedelta

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q

from ..models import Attachment, Draft

# Nobody can open a draft without an author once its code has run out; an author may want to think it over.
ANONYMOUS_KEPT = timedelta(days=2)
AUTHORED_KEPT = timedelta(days=180)
AT_ONCE = 500


def purge_drafts(*, at: datetime) -> int:
    """Deletes unsent drafts: those without an author after two days, others half a year after the last change.

    Gives how many; at most AT_ONCE, so that no lock is held for long.
    """
    stale = Q(author=None, updated_at__lt=at - ANONYMOUS_KEPT) | Q(updated_at__lt=at - AUTHORED_KEPT)
    found = list(Draft.objects.filter(stale, case=None).order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
    with transaction.atomic():
        # Locked and asked again: a draft that is sent at this very moment keeps its files.
        gone = Draft.objects.select_for_update().filter(stale, pk__in=found, case=None)
        keys = list(Attachment.objects.filter(draft__in=gone, case=None).values_list("key", flat=True))
        count = len(gone)
        Attachment.objects.filter(key__in=keys).delete()
        gone.delete()
    for key in keys:
        default_storage.delete(key)
    return count
