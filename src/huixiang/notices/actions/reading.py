"""Reading: an in-app notice counts as read when its reader has opened it, or the page it points to."""

from datetime import datetime

from django.db.models import QuerySet

from huixiang.accounts.models import User
from huixiang.accounts.shapes import Shape

from ..models import Channel, Notice

# A number above this is shown as "99+": nobody counts further, and the database need not either.
MOST_COUNTED = 100


def inbox(user: User) -> QuerySet[Notice]:
    """The person's in-app notices, the latest first."""
    return Notice.objects.filter(user=user, channel=Channel.IN_APP)


def unread(user: User) -> int:
    """How many notices the person has not opened, counted up to MOST_COUNTED."""
    return len(_UNREAD(user.pk))


_UNREAD: Shape[int] = Shape(
    lambda pk: Notice.objects.filter(user_id=pk, channel=Channel.IN_APP, read_at=None)
    .order_by().values_list("pk", flat=True)[:MOST_COUNTED],
    int,
)  # fmt: skip


def open_one(user: User, pk: int, *, at: datetime) -> Notice | None:
    """The person's notice, marked as read; None where it is not theirs."""
    notice = inbox(user).filter(pk=pk).first()
    if notice is not None and notice.read_at is None:
        inbox(user).filter(pk=pk, read_at=None).update(read_at=at)
    return notice


def read_all(user: User, *, at: datetime) -> int:
    """Marks every notice of the person as read; gives how many were new."""
    return inbox(user).filter(read_at=None).update(read_at=at)


def read_about(user: User, url: str, *, at: datetime) -> int:
    """Marks the person's notices that point to a page as read: for the page itself to call. Mostly writes nothing."""
    new = list(inbox(user).filter(read_at=None, url=url).order_by().values_list("pk", flat=True))
    return inbox(user).filter(pk__in=new, read_at=None).update(read_at=at) if new else 0
