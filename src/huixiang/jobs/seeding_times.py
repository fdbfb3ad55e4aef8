"""When the things of a seeded message happen: a row says how many hours later, this says the moments."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from huixiang.cases.actions.replying import EXTENSION_NOTICE_DAYS
from huixiang.cases.deadlines import general
from huixiang.cases.reasons import reasons
from huixiang.rules.calendar import CHINA
from huixiang.rules.clocks import ClockKind

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# A unit's quiet hours: outside them only urgent matters are answered.
DESK_OPENS, DESK_CLOSES = time(7, 30), time(21, 30)
# What follows a first final answer must come before silence closes the case: five working days are at least this.
LONGEST_ARGUMENT = timedelta(days=4)
ARGUED = {"closed", "reopened"}
_EXPECTED = re.compile(r"(?P<number>\d+)(?:天|个(?P<worked>工作日))")
# Every other of these is fresh, so that a desk sees what is in time beside what is late: (from, to) minutes ago.
FRESH = {
    "submitted": (4, 90),
    "moderating": (15, 110),
    "to_assign": (40, 300),
    "assigned": (60, 420),
    "objected": (90, 420),
}


@dataclass
class Item:
    """One thing on a case's agenda: a reply, a supplement, a rating, silence, a reopening, a kept promise."""

    at: datetime
    what: str
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class Times:
    """The moments of one message."""

    submitted: datetime
    taken: datetime
    approved: datetime
    assigned: datetime
    accepted: datetime
    agenda: list[Item]


def times_of(row: Mapping[str, Any], now: datetime, rng: Random) -> Times:
    """The moments of a row, all before `now`, in an order in which they can happen."""
    start = _start(row, now, rng)
    agenda = _said(row, start)
    start, agenda = _fit(row, start, agenda, now, rng)
    first = min((i.at for i in agenda), default=now)
    is_urgent = row["urgency"] != "normal"
    span = min(first - start, (2 if is_urgent else 8) * HOUR)
    taken, approved, assigned, accepted = (start + span * share for share in (0.06, 0.12, 0.22, 0.45))
    _add_extension(row, accepted, agenda, rng)
    _add_ending(row, agenda, now, rng)
    return Times(start, taken, approved, assigned, accepted, sorted(agenda, key=lambda i: i.at))


def silence_ends(answered: datetime) -> datetime:
    """When a citizen's silence after an answer closes the case."""
    return _due(ClockKind.RATING, answered)


def _due(clock: ClockKind, start: datetime, row: Mapping[str, Any] | None = None) -> datetime:
    kind, column, lane = "help", "", "standard"
    if row:
        kind, column, lane = row["kind"], row["column"], "standard" if row["urgency"] == "normal" else "urgent"
    return general(kind, start.astimezone(CHINA).date(), column=column).due(clock, start, lane)


def last_final(agenda: Sequence[Item]) -> datetime | None:
    """When the last final answer comes."""
    return max((i.at for i in agenda if i.data.get("kind") == "final"), default=None)


def _start(row: Mapping[str, Any], now: datetime, rng: Random) -> datetime:
    exact: datetime = now - row["days_ago"] * DAY
    if row["target_state"] in FRESH and int(row["key"][-3:]) % 2 == 0:
        return max(exact, now - timedelta(minutes=rng.uniform(*FRESH[row["target_state"]])))
    if row["days_ago"] < 2:  # noqa: PLR2004 - recent ones keep their age to the minute
        return exact
    # People write in the morning here, so that "this afternoon" in an answer three hours later is true.
    morning = time(rng.choice([8, 9, 9, 10]), rng.randrange(60))
    return datetime.combine(exact.astimezone(CHINA).date(), morning, CHINA)


def _said(row: Mapping[str, Any], start: datetime) -> list[Item]:
    items = [Item(start + r["hours_after"] * HOUR, "reply", r) for r in row.get("replies", [])]
    items += [Item(start + s["hours_after"] * HOUR, "supplement", s) for s in row.get("supplements", [])]
    items.sort(key=lambda i: i.at)
    if row["target_state"] in ARGUED:
        _shorten_argument(items)
    if row["urgency"] == "normal":
        _keep_desk_hours(items)
    return items


def _shorten_argument(items: list[Item]) -> None:
    """Draws what was said after the first final answer together, where the rating must come after it."""
    final = min((i.at for i in items if i.data.get("kind") == "final"), default=None)
    argued = [i for i in items if final and i.at > final and i.data.get("kind", "supplement") != "progress"]
    if final is None or not argued or argued[-1].at - final <= LONGEST_ARGUMENT:
        return
    share = LONGEST_ARGUMENT / (argued[-1].at - final)
    for item in argued:
        item.at = final + (item.at - final) * share
    items.sort(key=lambda i: i.at)


def _keep_desk_hours(items: list[Item]) -> None:
    earliest = None
    for item in items:
        local = item.at.astimezone(CHINA)
        if item.what == "reply" and not DESK_OPENS <= local.time() <= DESK_CLOSES:
            day = local.date() + (DAY if local.time() > DESK_CLOSES else timedelta())
            item.at = datetime.combine(day, time(9, 5 + local.minute % 50), CHINA)
        if earliest is not None:
            item.at = max(item.at, earliest)
        earliest = item.at + timedelta(minutes=20)


def _fit(
    row: Mapping[str, Any], start: datetime, agenda: list[Item], now: datetime, rng: Random
) -> tuple[datetime, list[Item]]:
    """Moves the whole story by full days, so that its end fits the state it has to be in now."""
    state, final = row["target_state"], last_final(agenda)
    move = timedelta()
    if state == "awaiting_rating" and final:
        # Not so long ago that silence would close it on the first turn of the loops.
        move = max((now - final) // DAY - rng.randrange(3), 0) * DAY
    elif state == "reopened" and final:
        # Reopened lately, so that its unit still has time to sign for it.
        ago = rng.randrange(7, 24) if row.get("rating") else rng.randrange(1, 4)
        move = max((now - final) // DAY - ago, 0) * DAY
    elif state == "need_supplement":
        while _due(ClockKind.SUPPLEMENT, start + move) < now + DAY:
            move += DAY
    elif state == "closed" and final and not row.get("rating"):
        while silence_ends(final + move) > now - HOUR:
            move -= DAY
    last = max((i.at for i in agenda), default=start)
    while max(last, start) + move > now - HOUR / 3:
        move -= DAY
    for item in agenda:
        item.at += move
    return start + move, agenda


def _add_extension(row: Mapping[str, Any], accepted: datetime, agenda: list[Item], rng: Random) -> None:
    """Where the answer would be late, most units ask for an extension in time."""
    final, due = last_final(agenda), _due(ClockKind.ANSWER, accepted, row)
    if final is None or final <= due or rng.random() < 0.2:  # noqa: PLR2004 - the others are late
        return
    calendar = general(row["kind"], accepted.date()).calendar_for(due)
    last_ask = calendar.add_working_days(due.date(), -EXTENSION_NOTICE_DAYS)
    at = accepted + (datetime.combine(last_ask, time(16), CHINA) - accepted) * 0.8
    latest = _due(ClockKind.EXTENSION, due, row).date()
    until = min(max(final.astimezone(CHINA).date(), due.date() + DAY), latest)
    before = max((i.at for i in agenda if i.at <= at), default=accepted)
    after = min((i.at for i in agenda if i.at > at), default=final)
    if at > accepted and min(at - before, after - at) > HOUR:
        agenda.append(Item(at, "reply", {"kind": "extension", "extended_to": until}))


def _add_ending(row: Mapping[str, Any], agenda: list[Item], now: datetime, rng: Random) -> None:
    final, state = last_final(agenda), row["target_state"]
    promise = row.get("promise")
    if promise and "kept_after_hours" in promise and final:
        final += promise["kept_after_hours"] * HOUR
        agenda.append(Item(final, "keep", promise))
    if final is None or state not in ARGUED:
        return
    argued = [i.at for i in agenda if i.at > final and i.data.get("kind", "supplement") != "progress"]
    spoken = max([final, *argued])
    limit = min(silence_ends(final), now)
    if row.get("rating"):
        rated = spoken + min(rng.uniform(2, 30) * HOUR, (limit - spoken) * 0.6)
        agenda.append(Item(rated, "rate", row["rating"]))
        spoken = rated
        limit = now
    elif state == "closed":
        agenda.append(Item(silence_ends(final), "silence"))
    if state == "reopened":
        agenda.append(
            Item(min(max(spoken + HOUR, now - rng.uniform(3, 30) * HOUR), spoken + 29 * DAY, limit), "reopen")
        )


def expected_day(paused: Mapping[str, Any], at: datetime, rng: Random) -> date:
    """The day that a pause waits for: as far as its reason allows, else as its explanation says."""
    today, reason = at.astimezone(CHINA).date(), reasons("pause").get(paused["reason"])
    calendar = general("", today).calendar_for(at)
    if reason is not None and reason.working_days is not None:
        return calendar.add_working_days(today, reason.working_days)
    said = _EXPECTED.search(paused["explanation"])
    if said is None:
        return today + rng.randrange(20, 60) * DAY
    number = int(said["number"])
    return calendar.add_working_days(today, number) if said["worked"] else today + number * DAY
