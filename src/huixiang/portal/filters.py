"""The list of public cases: what can be filtered, how it is sorted, and the chips that undo it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.http import QueryDict

from huixiang.cases.choices import MessageKind, Visibility
from huixiang.cases.models import Case, Column
from huixiang.cases.querysets import CaseQuerySet
from huixiang.nlp import segment
from huixiang.nlp.cleaning import neutralise
from huixiang.rules.lifecycle import State
from huixiang.units.models import Region, Topic

PER_PAGE = 20
MOST_PAGES = 100
LONGEST_QUERY = 60
S = State
STATE_GROUPS: dict[str, tuple[str, list[State]]] = {
    "waiting": ("待办理", [S.TO_ASSIGN, S.ASSIGNED, S.OBJECTED, S.REOPENED]),
    "handling": ("办理中", [S.HANDLING, S.PAUSED]),
    "answered": ("已答复", [S.TRACKING, S.AWAITING_RATING]),
    "closed": ("已办结", [S.CLOSED, S.TRANSFERRED, S.FINALIZED]),
}
TIMES: dict[str, tuple[str, timedelta]] = {
    "week": ("最近一周", timedelta(days=7)),
    "month": ("最近一个月", timedelta(days=30)),
    "quarter": ("最近三个月", timedelta(days=91)),
    "year": ("最近一年", timedelta(days=365)),
}
SORTS = {"new": "最新公开", "answered": "最新答复", "supporters": "遇到的人最多"}
BEST_MATCH = "最相关"


@dataclass(frozen=True)
class Filters:
    """What a visitor asked for; unknown values are dropped, so that every address gives a page."""

    q: str = ""
    column: str = ""
    kind: str = ""
    region: str = ""
    topic: str = ""
    state: str = ""
    time: str = ""
    sort: str = ""

    @property
    def words(self) -> list[str]:
        """What to highlight: the words of the query as the search cuts them."""
        found = segment.query_tokens(self.q).words if self.q else []
        return [self.q, *[w for w in found if len(w) > 1 or len(found) == 1]] if found else []

    @property
    def sorts(self) -> list[tuple[str, str, bool]]:
        """The orders on offer as (code, words, whether in force); a search begins with the best matches."""
        offered = {"": BEST_MATCH, **SORTS} if self.q else SORTS
        now = self.sort or ("" if self.q else "new")
        return [(code, words, code == now) for code, words in offered.items()]

    @property
    def is_narrowed(self) -> bool:
        """Whether anything besides the sorting is asked for."""
        return replace(self, sort="") != Filters()

    def url(self, base: str, **changes: str) -> str:
        """The address of the same list with `changes`; empty values leave the address."""
        values = {f.name: getattr(self, f.name) for f in fields(self)} | changes
        query = urlencode({k: v for k, v in values.items() if v})
        return f"{base}?{query}" if query else base

    def rows(self, at: datetime, first: int, last: int) -> list[Case]:
        """Rows `first` to `last` of the public cases that fit, in order."""
        found = self._narrowed(at)
        if self.q and not self.sort:
            return Case.objects.listed(found.best_matches(self.q, first, last))
        keys = self._sorted(found.matching(self.q) if self.q else found).row_keys(first, last)
        return Case.objects.listed(keys)

    def _narrowed(self, at: datetime) -> CaseQuerySet:
        found = Case.objects.public()
        if self.q:
            # Words that are not shown must not be found either.
            found = found.filter(visibility=Visibility.PUBLIC)
        if self.column:
            found = found.filter(column_id=self.column)
        if self.kind:
            found = found.filter(kind=self.kind, visibility=Visibility.PUBLIC)
        if self.region:
            found = found.in_region(self.region)
        if self.topic:
            found = found.filter(topic_id__in=_topic_and_below(self.topic))
        if self.state:
            found = found.filter(state__in=STATE_GROUPS[self.state][1])
        if self.time:
            found = found.filter(public_at__gte=at - TIMES[self.time][1])
        return found

    def _sorted(self, found: CaseQuerySet) -> CaseQuerySet:
        if self.sort == "answered":
            return found.newly_answered()
        if self.sort == "supporters":
            return found.order_by("-supporters_count", "-public_at", "-pk")
        return found.newest()


@dataclass(frozen=True)
class Chip:
    """One filter in force and the address without it."""

    label: str
    value: str
    url: str


def read(query: QueryDict | Mapping[str, str], columns: list[Column], place: Region | None) -> Filters:
    """What the address asks for, with everything unknown dropped."""
    column, kind, state = query.get("column", ""), query.get("kind", ""), query.get("state", "")
    time, sort = query.get("time", ""), query.get("sort", "")
    return Filters(
        q=" ".join(neutralise(query.get("q") or "")[:LONGEST_QUERY].split()),
        column=column if column in {c.code for c in columns} else "",
        kind=kind if kind in MessageKind.values and kind != MessageKind.REPORT else "",
        region=place.code if place else "",
        topic=neutralise(query.get("topic") or "")[:60],
        state=state if state in STATE_GROUPS else "",
        time=time if time in TIMES else "",
        sort=sort if sort in SORTS else "",
    )


def chips(filters: Filters, base: str, columns: list[Column], topics: list[Topic], place: Region | None) -> list[Chip]:
    """The filters in force, each with the way to take it off."""
    names = {
        "q": ("包含", filters.q),
        "column": ("栏目", next((c.name for c in columns if c.code == filters.column), "")),
        "kind": ("类型", MessageKind(filters.kind).label if filters.kind else ""),
        "region": ("地区", place.readable if place else ""),
        "topic": ("主题", next((t.name for t in topics if t.code == filters.topic), "")),
        "state": ("进度", STATE_GROUPS[filters.state][0] if filters.state else ""),
        "time": ("时间", TIMES[filters.time][0] if filters.time else ""),
    }
    return [Chip(label, value, filters.url(base, **{key: ""})) for key, (label, value) in names.items() if value]


def page_number(query: QueryDict) -> int:
    """The page asked for, from 1 to MOST_PAGES."""
    text = query.get("page", "1")
    return min(max(int(text), 1), MOST_PAGES) if text.isdecimal() and len(text) < 6 else 1


def _topic_and_below(code: str) -> list[str]:
    below = Topic.objects.filter(parent_id=code).values_list("code", flat=True)
    return [code, *below]
