"""Telling people: a notice is recorded once per event and recipient, on every channel they can be reached by."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from huixiang.accounts.models import User

from ..channels import SENDERS
from ..models import Channel, Choice, Hook, Notice
from ..wording import Word
from .preferring import chosen_by
from .sending import MAX_TRIES, dead, dead_count, resend, resend_all, send_due, stuck, trouble_count

__all__ = [
    "MAX_TRIES", "About", "Telling", "Word", "dead", "dead_count", "resend", "resend_all", "send_due", "stuck", "tell",
    "tell_many", "tell_people", "tell_unit_groups", "trouble_count",
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
    return _keep([Telling(word, key, at, about, people=[user] if user else [], phone=phone)])


def tell_people(people: Sequence[User], word: Word, *, key: str, at: datetime, about: About = NOTHING) -> int:
    """Records the notice for members of staff, on every channel that they want; gives how many are new."""
    return _keep([Telling(word, key, at, about, people=people, texts_staff=about.is_loud)])


def tell_unit_groups(unit_id: int, word: Word, *, key: str, at: datetime, about: About = NOTHING) -> int:
    """Records the notice for the unit's group robots; gives how many are new."""
    return _keep([Telling(word, key, at, about, group_of=unit_id)])


def tell_many(tellings: Sequence["Telling"]) -> None:
    """Records many notices at once, with the same few statements for one as for hundreds."""
    Notice.objects.bulk_create(_rows(tellings), batch_size=500, ignore_conflicts=True)


@dataclass(frozen=True)
class Telling:
    """One thing to be told: to people with an account, to a phone, to the groups of a unit."""

    word: Word
    key: str
    at: datetime
    about: About = NOTHING
    people: Sequence[User] = ()
    # The phone of the one citizen, who is told by text of everything; staff are texted what is loud.
    phone: str = ""
    texts_staff: bool = False
    group_of: int | None = None

    def rows(self, chosen: Mapping[tuple[int, str], Choice], hooks: Sequence[Hook]) -> list[Notice]:
        """The notices, by what the people chose and the robots that the unit's groups have."""
        rows = [row for person in self.people for row in self._to_person(person, chosen)]
        if self.phone and all(chosen.get((p.pk, Channel.SMS)) != Choice.OFF for p in self.people):
            user = self.people[0] if self.people else None
            rows.append(self._notice(Channel.SMS, "sms", user=user, sealed_phone=self.phone))
        if self.texts_staff:
            rows += [
                self._notice(Channel.SMS, f"sms:{p.pk}", outside=True, user=p, sealed_phone=p.phone)
                for p in self.people
                if p.phone and chosen.get((p.pk, Channel.SMS)) != Choice.OFF
            ]
        return rows + [self._notice(Channel(h.kind), f"hook:{h.pk}", outside=True, hook=h) for h in hooks]

    def _to_person(self, person: User, chosen: Mapping[tuple[int, str], Choice]) -> list[Notice]:
        """The rows for somebody with an account: in-app always, by mail where they have an address and want it."""
        rows = [self._notice(Channel.IN_APP, f"app:{person.pk}", user=person, sent_at=self.at)]
        wants = chosen.get((person.pk, Channel.EMAIL), Choice.EACH)
        if person.email and wants == Choice.EACH and SENDERS[Channel.EMAIL].is_configured():
            rows.append(self._notice(Channel.EMAIL, f"email:{person.pk}", outside=True, user=person))
        return rows

    def _notice(self, channel: Channel, to: str, *, outside: bool = False, **rest: Any) -> Notice:
        """One row; `outside` the house others may read along."""
        said = (self.about.outside or self.word) if outside else self.word
        return Notice(
            key=f"{self.key}:{to}", channel=channel, subject=said.subject[:80], body=said.body, url=said.url,
            created_at=self.at, next_try_at=None if channel == Channel.IN_APP else self.at,
            case_id=self.about.case_id, event_id=self.about.event_id, unit_id=self.about.unit_id,
            is_urgent=self.about.is_urgent, **rest,
        )  # fmt: skip


def _rows(tellings: Sequence[Telling]) -> list[Notice]:
    chosen = chosen_by({person.pk for telling in tellings for person in telling.people})
    hooks: dict[int, list[Hook]] = defaultdict(list)
    if units := {telling.group_of for telling in tellings if telling.group_of is not None}:
        for hook in Hook.objects.filter(unit_id__in=units, is_active=True):
            hooks[hook.unit_id].append(hook)
    return [row for t in tellings for row in t.rows(chosen, hooks[t.group_of] if t.group_of is not None else ())]


def _keep(tellings: Sequence[Telling]) -> int:
    rows = _rows(tellings)
    before = Notice.objects.filter(key__in=[row.key for row in rows]).count()
    Notice.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows) - before
