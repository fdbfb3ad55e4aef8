"""Setting standards: from a day to come on a new figure holds; what cases began under is never changed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db import transaction

from huixiang.accounts.models import User
from huixiang.rules.spans import write_span
from huixiang.rules.standards import BadStandard, Row, read_row, winner

from ..models import Region, RuleVersion, ServiceStandard
from ..standards import row_of
from .keeping_calendar import changed


class NotSet(BadStandard):
    """A figure is refused: `key` and `why` say it in a file's terms, `message` in a reader's."""

    def __init__(self, key: str, why: str, message: str) -> None:
        super().__init__(key, why)
        self.message = message


@dataclass(frozen=True)
class Scopes:
    """The codes that a figure may speak of."""

    regions: frozenset[str]
    lanes: frozenset[str]
    kinds: frozenset[str]
    columns: frozenset[str]

    def check(self, row: Row) -> None:
        """Raises NotSet with the key whose code does not exist."""
        if row.region not in self.regions:
            raise NotSet("region", f"{row.region!r} does not exist", f"没有代码为“{row.region}”的地区。")
        for key, code, known in (
            ("lane", row.lane, self.lanes), ("kind", row.kind, self.kinds), ("column", row.column, self.columns),
        ):  # fmt: skip
            if code and code not in known:
                raise NotSet(key, f"{code!r} is none of {', '.join(sorted(known))}", f"没有“{code}”这一项。")


def regions() -> frozenset[str]:
    """Codes of all regions, for Scopes."""
    return frozenset(Region.objects.values_list("code", flat=True))


def figures(row: Row) -> list[ServiceStandard]:
    """The stored rows for exactly the cases that `row` speaks of, by their first day."""
    same = ServiceStandard.objects.filter(
        region_code=row.region, clock=row.clock, lane=row.lane, kind=row.kind, column_code=row.column
    )
    return list(same.order_by("effective_from"))


def after(rows: Iterable[Row], new: Row) -> list[Row]:
    """All rows as they would stand once `new` is set: for a preview. Raises NotSet where it collides."""
    found = list(rows)
    own = [row for row in found if _scope(row) == _scope(new)]
    _check_room([(row.effective_from, row.effective_to) for row in own], new)
    return [
        replace(row, effective_to=new.effective_from) if row in own and _ends(row, new) else row for row in found
    ] + [new]


def check_begins(day: date, begins_after: date | None) -> None:
    """Raises NotSet where a change would reach back to cases that have begun; `begins_after` as for set_figure."""
    if begins_after is not None and day <= begins_after:
        why = f"{day} is not later than {begins_after}: cases keep the standard they began under"
        message = f"最早从{_spoken(begins_after, days=1)}起生效：已经收到的留言沿用原来的标准。"
        raise NotSet("effective_from", why, message)


@transaction.atomic
def set_figure(row: Row, *, scopes: Scopes, begins_after: date | None, by: User | None) -> ServiceStandard:
    """Stores a figure and ends the one before it on the day this one begins; raises NotSet.

    `begins_after` is the last day whose cases must keep what they have: today, on a site with cases.
    """
    _alone()
    scopes.check(row)
    check_begins(row.effective_from, begins_after)
    own = figures(row)
    _check_room([(f.effective_from, f.effective_to) for f in own], row)
    for figure in own:
        if _ends(row_of(figure), row):
            ServiceStandard.objects.filter(pk=figure.pk).update(effective_to=row.effective_from)
    saved = ServiceStandard.objects.create(
        region_code=row.region, clock=row.clock, lane=row.lane, kind=row.kind, column_code=row.column,
        span=write_span(row.span), yellow_share=row.yellow_share, yellow_days=row.yellow_days,
        source=row.source.strip()[:200], effective_from=row.effective_from, effective_to=row.effective_to,
        created_by=by,
    )  # fmt: skip
    if row.effective_to is not None:
        _check_something_holds(row, row.effective_to, begins_after)
    changed()
    return saved


@transaction.atomic
def end_figure(figure: ServiceStandard, *, on: date, begins_after: date | None) -> ServiceStandard:
    """From `on` the region follows the figure above it again; raises NotSet where there is none, or too early."""
    _alone()
    figure = ServiceStandard.objects.get(pk=figure.pk)
    check_begins(on, begins_after)
    if on <= figure.effective_from:
        raise NotSet("effective_to", "is not later than effective_from", "停用日期要晚于它开始生效的日期。")
    if figure.effective_to is not None and figure.effective_to <= on:
        raise NotSet("effective_to", "the figure has ended by then", "到那天这一条已经停用了。")
    ServiceStandard.objects.filter(pk=figure.pk).update(effective_to=on)
    _check_something_holds(row_of(figure), on, begins_after)
    changed()
    figure.refresh_from_db()
    return figure


@transaction.atomic
def withdraw(figure: ServiceStandard, *, today: date) -> None:
    """Takes back a figure that has not begun to hold; the one before it goes on. Raises NotSet."""
    _alone()
    found = ServiceStandard.objects.filter(pk=figure.pk).first()
    if found is None:
        raise NotSet("effective_from", "is gone", "这一条已经撤销了。")
    if found.effective_from <= today:
        raise NotSet("effective_from", "has begun", "这一条已经生效，不能撤销；请另定新标准。")
    earlier = [f for f in figures(row_of(found)) if f.effective_to == found.effective_from]
    ServiceStandard.objects.filter(pk=found.pk).delete()
    for before in earlier:
        ServiceStandard.objects.filter(pk=before.pk).update(effective_to=found.effective_to)
    changed()


@dataclass(frozen=True)
class Loaded:
    """What a file of figures came to."""

    added: int
    unchanged: int


class BadRow(BadStandard):
    """A row of a file is refused; `number` counts from 1."""

    def __init__(self, number: int, error: BadStandard) -> None:
        super().__init__(error.key, error.why)
        self.number = number


@transaction.atomic
def load(tables: Sequence[object], *, scopes: Scopes, begins_after: date | None, dry_run: bool = False) -> Loaded:
    """Sets every figure of a file or none; rows that stand already are left alone. Raises BadRow."""
    rows = [_read(number, table, scopes) for number, table in enumerate(tables, start=1)]
    for number, row in enumerate(rows, start=1):
        for other, earlier in enumerate(rows[: number - 1], start=1):
            if row.overlaps(earlier):
                raise BadRow(number, BadStandard("effective_from", f"overlaps row {other} of the same file"))
    added = 0
    for row, number in sorted(zip(rows, range(1, len(rows) + 1), strict=True), key=lambda pair: pair[0].effective_from):
        try:
            if not _stands(row):
                set_figure(row, scopes=scopes, begins_after=begins_after, by=None)
                added += 1
        except BadStandard as error:
            raise BadRow(number, error) from error
    if dry_run:
        transaction.set_rollback(True)
    return Loaded(added, len(rows) - added)


def _read(number: int, table: object, scopes: Scopes) -> Row:
    if not isinstance(table, Mapping):
        raise BadRow(number, BadStandard("row", "is no table of keys and values"))
    try:
        row = read_row(table)
        scopes.check(row)
    except BadStandard as error:
        raise BadRow(number, error) from error
    return row


def _stands(row: Row) -> bool:
    """Whether exactly this figure is stored; raises BadStandard where another one begins on the same day."""
    for figure in figures(row):
        if figure.effective_from == row.effective_from:
            said: tuple[Any, ...] = (figure.span, figure.yellow_share, figure.yellow_days, figure.source)
            same = said == (write_span(row.span), row.yellow_share, row.yellow_days, row.source.strip()[:200])
            if not same or row.effective_to not in {None, figure.effective_to}:
                raise BadStandard("effective_from", "another figure begins on this day; let this one begin later")
            return True
    return False


def _scope(row: Row) -> tuple[str, ...]:
    return row.clock, row.region, row.lane, row.kind, row.column


def _ends(row: Row, new: Row) -> bool:
    """Whether `row` would still hold when `new` begins."""
    return row.effective_from < new.effective_from and (
        row.effective_to is None or row.effective_to > new.effective_from
    )


def _alone() -> None:
    # Two administrators at once: the second sees what the first has set.
    RuleVersion.objects.select_for_update().get(pk=1)


def _check_room(own: Iterable[tuple[date, date | None]], new: Row) -> None:
    for starts, _ in own:
        if starts >= new.effective_from and (new.effective_to is None or new.effective_to > starts):
            why = f"overlaps another row of {new.clock} from {starts}"
            message = f"从{_spoken(starts)}起已经定了另一条，时间重叠；请先撤销那一条，或者选更晚的日期。"
            raise NotSet("effective_from", why, message)


def _check_something_holds(like: Row, on: date, begins_after: date | None) -> None:
    # An empty site has no cases that could be left without a limit.
    rows = [row_of(figure) for figure in ServiceStandard.objects.filter(clock=like.clock)]
    if begins_after is not None and winner(rows, like, region=like.region, on=on) is None:
        message = "停用后这类留言就没有时限了；请改为另定新标准。"
        raise NotSet("effective_to", "leaves such cases without a standard", message)


def _spoken(day: date, *, days: int = 0) -> str:
    shown = date.fromordinal(day.toordinal() + days)
    return f"{shown.year}年{shown.month}月{shown.day}日"
