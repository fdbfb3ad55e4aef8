"""The clocks of a case, read off its ledger: nothing about a clock is stored, so nothing about it can be lost.

`clocks_of` takes what happened (the ledger's steps, in order) and gives every clock with its start, its pauses, its due
time and its end. Each figure comes from a `Standard` that was in force when the case began.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from .calendar import CHINA, WorkingCalendar, at_clock, spoken_day
from .lifecycle import Step
from .spans import DAY_ENDS, OpenHours, Span, WallHours, WorkingDays, working_days_before


class ClockKind(StrEnum):
    """What is waited for."""

    REVIEW = "review"
    ASSIGN = "assign"
    SIGN = "sign"
    FIRST_WORD = "first_word"
    ANSWER = "answer"
    SILENCE = "silence"
    COMMITMENT = "commitment"
    SUPERVISION = "supervision"
    SAFETY_CONTROL = "safety_control"
    POST_APPROVAL = "post_approval"
    # Runs while the others are paused: until the day on which what is waited for should be there.
    PAUSE = "pause"
    # Of one task each, whoever has the lead: what a leader asked of a unit, and what a supporting unit has to do.
    INSTRUCTION = "instruction"
    SUPPORT = "support"
    # These run for the citizen; when they end, the case moves on by itself.
    SUPPLEMENT = "supplement"
    RATING = "rating"
    # Limits that no clock runs for, but that are figures of a standard all the same.
    OBJECTION = "objection"
    EXTENSION = "extension"
    REOPENING = "reopening"


class Light(StrEnum):
    """Where a clock stands; always shown as icon and words."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"
    BLACK = "black"


@dataclass(frozen=True)
class Standard:
    """How long one clock may run; `yellow_share` of the way, or `yellow_days` working days before the end, it warns."""

    clock: ClockKind
    span: Span
    source: str
    yellow_share: float | None = None
    yellow_days: int | None = None
    # docs/sources.md#supervision: five working days over the limit are reported in writing.
    black_after: Span = WorkingDays(5)


@dataclass(frozen=True)
class Happening:
    """One step of the ledger, as far as clocks care."""

    step: Step
    at: datetime
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Clock:
    """One clock at one moment of reading; `key` tells clocks of one kind apart (which promise, which order)."""

    kind: ClockKind
    key: str
    started_at: datetime
    due_at: datetime
    standard: Standard
    paused_at: datetime | None = None
    stopped_at: datetime | None = None
    reasons: tuple[str, ...] = ()
    # Whether the due time was counted off the calendar; a date that somebody named stands whatever the calendar says.
    is_counted: bool = True

    @property
    def is_running(self) -> bool:
        """Whether time counts against somebody now."""
        return self.stopped_at is None and self.paused_at is None


# These clocks have no figures of their own: a supporting unit has as long as the lead would have, and a leader names a
# day, which warns like a promised one.
FIGURES_OF: dict[ClockKind, ClockKind] = {
    ClockKind.SUPPORT: ClockKind.ANSWER,
    ClockKind.INSTRUCTION: ClockKind.COMMITMENT,
}
# (kind, what was promised or ordered: explicit date) -> Standard; the door to the table of standards.
StandardOf = Callable[[ClockKind, str], Standard | None]

_STARTS: dict[ClockKind, frozenset[Step]] = {
    ClockKind.REVIEW: frozenset({Step.SUBMIT, Step.SUPPLY}),
    ClockKind.ASSIGN: frozenset({Step.APPROVE, Step.SEND_BACK, Step.UPHOLD_OBJECTION, Step.OBJECT}),
    ClockKind.SIGN: frozenset({Step.ASSIGN, Step.TRANSFER, Step.OVERRULE_OBJECTION, Step.REOPEN}),
    ClockKind.FIRST_WORD: frozenset({Step.ASSIGN, Step.CLAIM, Step.REOPEN}),
    ClockKind.ANSWER: frozenset({Step.ACCEPT, Step.CLAIM}),
    ClockKind.SUPPLEMENT: frozenset({Step.ASK_SUPPLEMENT}),
    ClockKind.RATING: frozenset({Step.CONCLUDE, Step.KEEP_PROMISE}),
}
# Passing a case on between units ends none of what its author waits for: these limits are of the case, the time for
# signing is of each unit. Only an answer or a hand-over to another authority ends them.
_HANDLING_ENDS = frozenset({Step.CONCLUDE, Step.CONCLUDE_WITH_PROMISE, Step.HAND_OVER})
# Once begun they go on; another unit that signs for the case does not begin them anew.
_OF_THE_CASE = frozenset({ClockKind.FIRST_WORD, ClockKind.ANSWER})
_STOPS: dict[ClockKind, frozenset[Step]] = {
    ClockKind.REVIEW: frozenset({Step.APPROVE, Step.ASK_SUPPLEMENT, Step.REJECT, Step.DIVERT}),
    ClockKind.ASSIGN: frozenset({Step.ASSIGN, Step.CLAIM, Step.UPHOLD_OBJECTION, Step.OVERRULE_OBJECTION}),
    ClockKind.SIGN: frozenset({Step.ACCEPT, Step.OBJECT, Step.SEND_BACK, Step.TRANSFER}),
    ClockKind.FIRST_WORD: _HANDLING_ENDS,
    ClockKind.ANSWER: _HANDLING_ENDS,
    ClockKind.SILENCE: _HANDLING_ENDS,
    ClockKind.COMMITMENT: frozenset({Step.KEEP_PROMISE}),
    ClockKind.SAFETY_CONTROL: frozenset({Step.CONCLUDE, Step.CONCLUDE_WITH_PROMISE, Step.HAND_OVER}),
    ClockKind.PAUSE: frozenset({Step.RESUME}),
    ClockKind.SUPPORT: frozenset({Step.CONCLUDE, Step.CONCLUDE_WITH_PROMISE, Step.HAND_OVER}),
    ClockKind.SUPPLEMENT: frozenset({Step.SUPPLY}),
    ClockKind.RATING: frozenset({Step.RATE, Step.CLOSE_UNRATED, Step.REOPEN}),
}
_QUICKER = {"urgent": "绿色通道", "simple": "简易通道"}
_EVERYTHING_STOPS = frozenset({Step.WITHDRAW, Step.MERGE, Step.REJECT, Step.DIVERT, Step.LAPSE, Step.FINALIZE})
_PAUSABLE = frozenset({ClockKind.ANSWER, ClockKind.FIRST_WORD, ClockKind.SILENCE, ClockKind.SUPPORT})
# ACK and TRANSFER are no word in the matter: they stop nothing (design domain §C2).
SUBSTANTIVE = frozenset({"initial", "progress", "final"})
# By these a reply goes out. A draft and its way over the desks name the same reply, but nobody has heard a word yet.
PUBLISHES = frozenset({Step.PUBLISH_REPLY, Step.CONCLUDE, Step.CONCLUDE_WITH_PROMISE, Step.HAND_OVER, Step.EXTEND})


def clocks_of(happenings: Sequence[Happening], standard_of: StandardOf, calendar: WorkingCalendar) -> list[Clock]:
    """Every clock that the happenings started, in the order of their starts, running, paused or stopped."""
    reader = _Reader(standard_of, calendar)
    for happening in happenings:
        reader.read(happening)
    return reader.ended + list(reader.running.values())


class _Reader:
    """Walks the ledger once; `running` holds at most one clock per (kind, key)."""

    def __init__(self, standard_of: StandardOf, calendar: WorkingCalendar) -> None:
        self.standard_of = standard_of
        self.calendar = calendar
        self.lane = "standard"
        self.is_paused = False
        # When the message last came in, and how far its present round is.
        self.came_in: datetime | None = None
        self.has_word = self.is_answered = False
        self.running: dict[tuple[ClockKind, str], Clock] = {}
        self.ended: list[Clock] = []

    def read(self, event: Happening) -> None:
        if event.step in _EVERYTHING_STOPS:
            self._stop(lambda clock: True, event.at)
            return
        if event.step in _STARTS[ClockKind.REVIEW]:
            self.came_in = event.at
        elif event.step == Step.REOPEN:
            self.has_word = self.is_answered = False
        elif event.step in _HANDLING_ENDS:
            self.is_answered = True
        self._lane(event)
        self._pauses(event)
        self._stop(lambda clock: event.step in _STOPS.get(clock.kind, frozenset()), event.at)
        for kind, steps in _STARTS.items():
            if event.step in steps and not self._goes_on(kind):
                self._start(kind, "", event.at)
        self._replies(event)
        self._promises(event)
        self._extension(event)
        self._orders(event)
        self._tasks(event)

    def _goes_on(self, kind: ClockKind) -> bool:
        """Whether a limit of the case has begun before, so that another unit takes it over as it stands."""
        return kind in _OF_THE_CASE and ((kind, "") in self.running or (kind == ClockKind.FIRST_WORD and self.has_word))

    def _lane(self, event: Happening) -> None:
        """In a quicker lane a case is due the sooner of what it was and the limit of that lane from now on."""
        lane = event.data.get("lane")
        if not isinstance(lane, str) or lane == self.lane:
            return
        self.lane = lane
        for place, clock in self.running.items():
            standard = self.standard_of(clock.kind, lane)
            # Figures that hold in every lane are no news: least of all do they move a promised day.
            if standard is None or lane not in _QUICKER or standard == clock.standard:
                continue
            due = standard.span.after(event.at, self.calendar)
            if due < clock.due_at:
                said = f"{moment(event.at)}转入{_QUICKER[lane]}，时限改为{standard.span.words()}"
                # What a pause took before this does not move a limit that began only now.
                paused_at = event.at if clock.paused_at else None
                self.running[place] = replace(
                    clock, due_at=due, standard=standard, paused_at=paused_at, reasons=(*clock.reasons, said)
                )
        if lane == "urgent":
            # Who reviews a message sees the danger that its author wrote of; later on nobody could know before.
            since = self.came_in if event.step == Step.APPROVE and self.came_in else event.at
            self._start(ClockKind.SAFETY_CONTROL, "", since)
            if not self._goes_on(ClockKind.FIRST_WORD):
                self._start(ClockKind.FIRST_WORD, "", since)

    def _pauses(self, event: Happening) -> None:
        if event.step == Step.PAUSE:
            self.is_paused = True
            for place, clock in self.running.items():
                if clock.kind in _PAUSABLE:
                    self.running[place] = replace(clock, paused_at=event.at)
            expected = event.data.get("expected_on")
            # Pauses from before a day had to be named are looked at when the standard says.
            due = at_clock(date.fromisoformat(expected), DAY_ENDS) if isinstance(expected, str) else None
            self._start(ClockKind.PAUSE, "", event.at, due=due)
        elif event.step == Step.RESUME:
            self.is_paused = False
            for place, clock in self.running.items():
                if clock.paused_at is not None:
                    self.running[place] = self._resumed(clock, event.at)

    def _resumed(self, clock: Clock, at: datetime) -> Clock:
        paused_at = clock.paused_at or at
        due = clock.standard.span.moved(clock.due_at, paused_at, at, self.calendar)
        moved = f"顺延至{moment(due)}" if due > clock.due_at else "没有占用计时时间，期限不变"
        said = f"{moment(paused_at)}至{moment(at)}依规暂停，{moved}"
        return replace(clock, due_at=due, paused_at=None, reasons=(*clock.reasons, said))

    def _replies(self, event: Happening) -> None:
        if event.step not in PUBLISHES or event.data.get("kind") not in SUBSTANTIVE or "reply" not in event.data:
            return
        self.has_word = True
        self._stop(lambda c: c.kind == ClockKind.FIRST_WORD, event.at)
        self._stop(lambda c: c.kind == ClockKind.SILENCE, event.at)
        self._stop(lambda c: c.kind == ClockKind.COMMITMENT and c.key.startswith("word:"), event.at)
        if event.step == Step.PUBLISH_REPLY:
            if not self.is_answered:
                self._start(ClockKind.SILENCE, "", event.at)
            self._promise(event, "word", "next_report_on")
        elif event.step == Step.CONCLUDE_WITH_PROMISE and not event.data.get("commitments"):
            # Ledgers from before promises were rows.
            self._promise(event, "promise", "promise_due_on")
        if event.data.get("post_approval"):
            self._start(ClockKind.POST_APPROVAL, str(event.data["reply"]), event.at)

    def _promises(self, event: Happening) -> None:
        """Every promise that a reply was published with has a clock of its own, until it is kept."""
        for key, day in event.data.get("commitments", {}).items():
            due = at_clock(date.fromisoformat(day), DAY_ENDS)
            self._start(ClockKind.COMMITMENT, f"commitment:{key}", event.at, due=due)

    def _promise(self, event: Happening, what: str, name: str) -> None:
        promised = event.data.get(name)
        if isinstance(promised, str):
            due = at_clock(date.fromisoformat(promised), DAY_ENDS)
            self._start(ClockKind.COMMITMENT, f"{what}:{event.data['reply']}", event.at, due=due)

    def _extension(self, event: Happening) -> None:
        to = event.data.get("extended_to")
        place = (ClockKind.ANSWER, "")
        if event.step == Step.EXTEND and isinstance(to, str) and place in self.running:
            due = at_clock(date.fromisoformat(to), DAY_ENDS)
            clock = self.running[place]
            self.running[place] = replace(
                clock,
                due_at=due,
                is_counted=False,
                reasons=(*clock.reasons, f"{moment(event.at)}公开说明理由后延期至{moment(due)}"),
            )

    def _orders(self, event: Happening) -> None:
        if event.step == Step.SUPERVISE and event.data.get("order"):
            self._start(ClockKind.SUPERVISION, str(event.data["order"]), event.at)
        elif event.step == Step.ANSWER_SUPERVISION:
            key = str(event.data.get("order"))
            self._stop(lambda c: c.kind == ClockKind.SUPERVISION and c.key == key, event.at)
        elif event.step == Step.LOG_CONTROL:
            self._stop(lambda c: c.kind == ClockKind.SAFETY_CONTROL, event.at)
        elif event.step == Step.KEEP_ONE:
            key = f"commitment:{event.data['commitment']}"
            self._stop(lambda c: c.kind == ClockKind.COMMITMENT and c.key == key, event.at)
        elif event.step in {Step.REOPEN, Step.HAND_OVER}:
            # A promise of one's own stays one while the case is handled again or elsewhere; a day for the next word
            # does not.
            self._stop(lambda c: c.kind == ClockKind.COMMITMENT and not c.key.startswith("commitment:"), event.at)
        elif event.step == Step.APPROVE_AFTER:
            key = str(event.data.get("reply"))
            self._stop(lambda c: c.kind == ClockKind.POST_APPROVAL and c.key == key, event.at)

    def _tasks(self, event: Happening) -> None:
        """Each task of a unit has a clock of its own; ledgers from before name none."""
        for key, day in event.data.get("tasks", {}).items() if event.step == Step.INSTRUCT else ():
            self._start(ClockKind.INSTRUCTION, key, event.at, due=datetime.fromisoformat(day).astimezone(CHINA))
        if event.step in {Step.ASSIGN, Step.ADD_SUPPORT}:
            for key in event.data.get("assignments", ()):
                self._start(ClockKind.SUPPORT, str(key), event.at)
        done = {(ClockKind.INSTRUCTION, str(event.data.get("instruction_task")))}
        if event.step == Step.FINISH_TASK:
            done = {(ClockKind.SUPPORT, str(event.data.get("assignment")))}
        self._stop(lambda c: (c.kind, c.key) in done, event.at)

    def _start(self, kind: ClockKind, key: str, at: datetime, *, due: datetime | None = None) -> None:
        standard = self.standard_of(kind, self.lane)
        if standard is None:
            return
        self._stop(lambda c: (c.kind, c.key) == (kind, key), at)
        ends = due or standard.span.after(at, self.calendar)
        named = "预计的日期" if kind == ClockKind.PAUSE else "承诺的日期"
        limit = named if due else standard.span.words()
        said = f"{moment(at)}起算，时限{limit}，应于{moment(ends)}前完成（依据：{standard.source}）"
        # A word that goes out during a pause begins a silence that is paused as well.
        paused_at = at if self.is_paused and kind in _PAUSABLE else None
        self.running[kind, key] = Clock(
            kind, key, at, ends, standard, paused_at, reasons=(said,), is_counted=due is None
        )

    def _stop(self, matches: Callable[[Clock], bool], at: datetime) -> None:
        for place in [p for p, clock in self.running.items() if matches(clock)]:
            clock = self.running.pop(place)
            self.ended.append(replace(clock, stopped_at=at))


def is_provisional(clock: Clock, calendar: WorkingCalendar) -> bool:
    """Whether the due time rests on working days of a year whose holidays are not in the calendar yet."""
    if not clock.is_counted or isinstance(clock.standard.span, WallHours | OpenHours):
        return False
    return not calendar.knows(clock.due_at.astimezone(CHINA).date())


def yellow_at(clock: Clock, calendar: WorkingCalendar) -> datetime:
    """When the clock begins to warn; never before it started and never after it is due."""
    standard = clock.standard
    if standard.yellow_days is not None:
        moment = working_days_before(clock.due_at, standard.yellow_days, calendar)
    else:
        share = 0.8 if standard.yellow_share is None else standard.yellow_share
        moment = clock.started_at + (clock.due_at - clock.started_at) * share
    return min(max(moment, clock.started_at), clock.due_at)


def black_at(clock: Clock, calendar: WorkingCalendar) -> datetime:
    """When lateness becomes grave."""
    return clock.standard.black_after.after(clock.due_at, calendar)


def light_of(clock: Clock, calendar: WorkingCalendar, at: datetime) -> Light:
    """The light of a clock at `at` (of a stopped clock: when it stopped); a paused clock shows where it was paused."""
    moment = min(filter(None, (clock.stopped_at, clock.paused_at, at)))
    if moment > black_at(clock, calendar):
        return Light.BLACK
    if moment > clock.due_at:
        return Light.RED
    return Light.YELLOW if moment >= yellow_at(clock, calendar) else Light.GREEN


def moment(at: datetime) -> str:
    """A moment in China: 11月25日（周三）17:00; midnight is the day alone."""
    here = at.astimezone(CHINA)
    clock = f"{here.hour:02}:{here.minute:02}" if here.hour or here.minute or here.second else ""
    return f"{spoken_day(here.date())}{clock}"
