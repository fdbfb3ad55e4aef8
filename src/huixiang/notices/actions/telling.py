"""Telling people: a notice is recorded once per event and recipient, on every channel they can be reached by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from huixiang.accounts.models import User

from ..channels import SENDERS
from ..models import Channel, Choice, Hook, Notice
from ..wording import Word
from .preferring import chosen_by
from .sending import MAX_TRIES, dead, dead_count, resend, resend_all, send_due, stuck

__all__ = [
    "MAX_TRIES", "About", "Word", "dead", "dead_count", "resend", "resend_all", "send_due", "stuck", "tell",
    "tell_people", "tell_unit_groups",
]  # fmt: skip


@dataclass(frozen=True)
class About:
    """What a notice is about, and how much it matters: `is_loud` also texts staff, `is_urgent` wakes citizens."""

    case_id: int | None = None
    event_id: int | None = None
    unit_id: int | None = None
    is_urgent: bool = False
    is_loud: bool = False
    # What to say where others might read along: in mails and groups.
    outside: Word | None = None


NOTHING = About()


def tell(
    word: Word, *, key: str, at: datetime, user: User | None = None, phone: str = "", about: About = NOTHING
) -> int:
    """Records the notice for `user` in-app and by mail, and by SMS for `phone`; what stands under `key` is left alone.

    Gives the number of notices newly recorded.
    """
    told, chosen = _Telling(word, key, at, about), chosen_by([user.pk] if user else [])
    rows = told.to_person(user, chosen) if user else []
    if phone and (user is None or chosen.get((user.pk, Channel.SMS)) != Choice.OFF):
        rows.append(told.notice(Channel.SMS, "sms", user=user, sealed_phone=phone))
    return _keep(rows)


def tell_people(people: Sequence[User], word: Word, *, key: str, at: datetime, about: About = NOTHING) -> int:
    """Records the notice for members of staff, on every channel that they want; gives how many are new."""
    told, chosen = _Telling(word, key, at, about), chosen_by([person.pk for person in people])
    rows = [row for person in people for row in told.to_person(person, chosen)]
    if about.is_loud:
        rows += [
            told.notice(Channel.SMS, f"sms:{p.pk}", outside=True, user=p, sealed_phone=p.phone)
            for p in people
            if p.phone and chosen.get((p.pk, Channel.SMS)) != Choice.OFF
        ]
    return _keep(rows)


def tell_unit_groups(unit_id: int, word: Word, *, key: str, at: datetime, about: About = NOTHING) -> int:
    """Records the notice for the unit's group robots; gives how many are new."""
    told = _Telling(word, key, at, about)
    hooks = Hook.objects.filter(unit_id=unit_id, is_active=True)
    return _keep([told.notice(Channel(h.kind), f"hook:{h.pk}", outside=True, hook=h) for h in hooks])


@dataclass(frozen=True)
class _Telling:
    word: Word
    key: str
    at: datetime
    about: About

    def to_person(self, person: User, chosen: Mapping[tuple[int, str], Choice]) -> list[Notice]:
        """The rows for somebody with an account: in-app always, by mail where they have an address and want it."""
        rows = [self.notice(Channel.IN_APP, f"app:{person.pk}", user=person, sent_at=self.at)]
        wants = chosen.get((person.pk, Channel.EMAIL), Choice.EACH)
        if person.email and wants == Choice.EACH and SENDERS[Channel.EMAIL].is_configured():
            rows.append(self.notice(Channel.EMAIL, f"email:{person.pk}", outside=True, user=person))
        return rows

    def notice(self, channel: Channel, to: str, *, outside: bool = False, **rest: Any) -> Notice:
        """One row; `outside` the house others may read along."""
        said = (self.about.outside or self.word) if outside else self.word
        return Notice(
            key=f"{self.key}:{to}", channel=channel, subject=said.subject[:80], body=said.body, url=said.url,
            created_at=self.at, next_try_at=None if channel == Channel.IN_APP else self.at,
            case_id=self.about.case_id, event_id=self.about.event_id, unit_id=self.about.unit_id,
            is_urgent=self.about.is_urgent, **rest,
        )  # fmt: skip


def _keep(rows: Sequence[Notice]) -> int:
    before = Notice.objects.filter(key__in=[row.key for row in rows]).count()
    Notice.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows) - before
