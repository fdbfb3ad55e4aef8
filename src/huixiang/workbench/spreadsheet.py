"""The full list as CSV: masked texts only, and nothing in it that a spreadsheet would run."""

import csv
from collections.abc import Callable, Iterator
from datetime import datetime

from django.utils.timezone import localtime

from huixiang.cases.choices import STAFF_STATE_LABELS
from huixiang.cases.models import Case
from huixiang.cases.querysets import CaseQuerySet
from huixiang.rules.lifecycle import State

# What a spreadsheet takes for the beginning of a formula, full width included.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


class _Echo:
    """A file that gives back what is written to it, so that csv writes line by line."""

    def write(self, words: str) -> str:
        return words


_COLUMNS: list[tuple[str, Callable[[Case], object]]] = [
    ("编号", lambda c: c.number),
    ("标题", lambda c: c.title),
    ("栏目", lambda c: c.column.name),
    ("类型", lambda c: c.get_kind_display()),
    ("地区", lambda c: c.region.readable),
    ("主题", lambda c: c.topic.name if c.topic else ""),
    ("状态", lambda c: STAFF_STATE_LABELS[State(c.state)]),
    ("结果", lambda c: c.get_resolution_display() if c.resolution else ""),
    ("主办单位", lambda c: c.lead_unit.name if c.lead_unit else ""),
    ("紧急程度", lambda c: c.get_urgency_display()),
    ("通道", lambda c: c.get_lane_display()),
    ("公开范围", lambda c: c.get_visibility_display()),
    ("也遇到", lambda c: c.supporters_count),
    ("提交时间", lambda c: _moment(c.submitted_at)),
    ("期限", lambda c: _moment(c.due_at)),
    ("答复时间", lambda c: _moment(c.answered_at)),
    ("办结时间", lambda c: _moment(c.closed_at)),
]


def lines(cases: CaseQuerySet) -> Iterator[str]:
    """The lines of the file, read a thousand cases at a time."""
    writer = csv.writer(_Echo())
    # The mark tells spreadsheets that this is UTF-8.
    yield "\ufeff" + writer.writerow([name for name, _ in _COLUMNS])
    for case in cases.iterator(chunk_size=1000):
        yield writer.writerow([_harmless(value(case)) for _, value in _COLUMNS])


def _harmless(value: object) -> str:
    """The value as text that no spreadsheet takes for a formula."""
    text = str(value)
    return f"'{text}" if text.lstrip().startswith(FORMULA_STARTS) or text.startswith(FORMULA_STARTS) else text


def _moment(at: datetime | None) -> str:
    return f"{localtime(at):%Y-%m-%d %H:%M}" if at else ""
