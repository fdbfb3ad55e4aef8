"""Reading: an in-app notice counts as read when its reader has opened it, or the page it points to."""

from datetime import datetime

from django.db.models import QuerySet

from huixiang.accounts.models import User

from ..models import Channel, Notice


def inbox(user: User) -> QuerySet[Notice]:
    """The person's in-app notices, the latest first."""
    return Notice.objects.filter(user=user, channel=Channel.IN_APP)


def read_all(user: User, *, at: datetime) -> int:
    """Marks every notice of the person as read; gives how many were new."""
    return inbox(user).filter(read_at=None).update(read_at=at)


def read_about(user: User, url: str, *, at: datetime) -> int:
    """Marks the person's notices that point to a page as read: for the page itself to call."""
    return inbox(user).filter(read_at=None, url=url).update(read_at=at)
