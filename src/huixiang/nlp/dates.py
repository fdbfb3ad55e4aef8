"""Finds the moments a Chinese text names and says which calendar day each means, seen from the day of writing.

A span of time means its last day (8月底 = 31 August, 年内 = 31 December, 中旬 = the 20th), since a promise is due then.
"""

import re
from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Final, Protocol


class WorkingDays(Protocol):
    """What this file needs of a working calendar; `rules.calendar.WorkingCalendar` is one."""

    def knows(self, day: date) -> bool:
        """Whether the year of `day` has a table."""

    def add_working_days(self, start: date, days: int) -> date:
        """The `days`-th working day after `start`."""

    def __hash__(self) -> int:
        """Equal calendars give equal days."""


_HAN_DIGITS: Final = {c: n for n, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2, "元": 1, "○": 0}
_WIDE: Final = str.maketrans("０１２３４５６７８９", "0123456789")
_N: Final = r"(?:\d{1,3}|[一二两三四五六七八九十]{1,3})"
_MONTH: Final = r"(?P<month>1[0-2]|0?[1-9]|元|十[一二]|[一二三四五六七八九十])\s*月(?:份)?"
_YEAR: Final = r"(?P<year>20\d\d|二[〇零○]\S\S|今年|本年度?|明年|后年|去年|同年|次年)\s*年?(?:度)?"
_PART: Final = r"(?P<part>[上中下]旬|底|末|初|中(?!旬))?"
_SPRING_FESTIVAL: Final = {
    # First day of the lunar year; a promise "before the festival" is due the day before.
    2010: (2, 14), 2011: (2, 3), 2012: (1, 23), 2013: (2, 10), 2014: (1, 31), 2015: (2, 19), 2016: (2, 8),
    2017: (1, 28), 2018: (2, 16), 2019: (2, 5), 2020: (1, 25), 2021: (2, 12), 2022: (2, 1), 2023: (1, 22),
    2024: (2, 10), 2025: (1, 29), 2026: (2, 17), 2027: (2, 6), 2028: (1, 26), 2029: (2, 13), 2030: (2, 3),
    2031: (1, 23), 2032: (2, 11), 2033: (1, 31), 2034: (2, 19), 2035: (2, 8),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Moment:
    """A named moment: where it stands, the day it means (the last of a span), whether it is counted from today."""

    start: int
    end: int
    text: str
    day: date
    is_relative: bool = False


def moments(text: str, written: date | None, calendar: WorkingDays | None = None) -> list[Moment]:
    """Return the moments in `text` in order; without `written` only those that name their year.

    Working days need `calendar`; where it is missing or does not know the year, weekends alone are left out.
    """
    return list(_moments(text, written, calendar))


# A judgement asks for the same text several times: for its promises, its dates and its signature.
@lru_cache(maxsize=32)
def _moments(text: str, written: date | None, calendar: WorkingDays | None) -> tuple[Moment, ...]:
    found: list[Moment] = []
    plain = text.translate(_WIDE)
    for pattern, read in _READERS:
        for match in pattern.finditer(plain):
            if any(m.start < match.end() and match.start() < m.end for m in found):
                continue
            day = read(match, written, calendar)
            if day is not None:
                found.append(Moment(*match.span(), text[slice(*match.span())], day, pattern in _RELATIVE))
    return tuple(sorted(found, key=lambda moment: moment.start))


def number(text: str) -> int:
    """Return the value of a short Chinese or Arabic number below a thousand (十五, 二十, 30, 元)."""
    if text.isdigit():
        return int(text)
    tens, sep, ones = text.partition("十")
    if sep:
        return (_HAN_DIGITS.get(tens, 1) * 10) + _HAN_DIGITS.get(ones, 0)
    value = 0
    for char in text:
        value = value * 10 + _HAN_DIGITS.get(char, 0)
    return value


def _year(match: re.Match[str], written: date | None) -> int | None:
    said = match.groupdict().get("year")
    if said and said[0] == "2":
        return int(said[:4])
    if said and said[0] == "二":
        return number(said[:4])
    if written is None:
        return None
    steps = {"明": 1, "次": 1, "后": 2, "去": -1}
    return written.year + steps.get(said[0], 0) if said else written.year


def _safe(year: int, month: int, day: int) -> date | None:
    if not (1 <= month <= 12 and 1990 <= year <= 2100 and day >= 1):
        return None
    last = monthrange(year, month)[1]
    return date(year, month, day) if day <= last else None


def _month_end(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def _day(match: re.Match[str], written: date | None, _: WorkingDays | None) -> date | None:
    year, month = _year(match, written), number(match["month"])
    if year is None:
        return None
    if not match["year"] and written and month < written.month - 6:
        year += 1
    return _safe(year, month, number(match["last"] or match["day"]))


def _month(match: re.Match[str], written: date | None, _: WorkingDays | None) -> date | None:
    year, month = _year(match, written), number(match["month"])
    if year is None or not 1 <= month <= 12:
        return None
    if not match["year"] and written and month < written.month - 6:
        year += 1
    return _part_of_month(year, month, match["part"] or "")


def _part_of_month(year: int, month: int, part: str) -> date | None:
    if not 1990 <= year <= 2100:
        return None
    days = {"上旬": 10, "初": 10, "中旬": 20, "中": 20}
    return date(year, month, days[part]) if part in days else _month_end(year, month)


def _this_month(match: re.Match[str], written: date | None, _: WorkingDays | None) -> date | None:
    if written is None:
        return None
    ahead = match["which"].count("下") if match["which"][0] == "下" else 0
    month = written.month - 1 + ahead
    return _part_of_month(written.year + month // 12, month % 12 + 1, match["part"] or "")


def _part_of_year(match: re.Match[str], written: date | None, _: WorkingDays | None) -> date | None:
    year, part = _year(match, written), match["span"]
    if year is None or not 1990 <= year <= 2100:
        return None
    if part.startswith(("上半", "年中", "中")):
        return date(year, 6, 30)
    if part.endswith("初"):
        return date(year, 1, 31)
    quarter = re.search(r"[一二三四1-4]季", part)
    if quarter:
        return _month_end(year, 3 * number(quarter.group()[0]))
    return date(year, 12, 31)


def _whole_year(match: re.Match[str], written: date | None, _: WorkingDays | None) -> date | None:
    year = _year(match, written)
    after = match.string[match.end() : match.end() + 2]
    if _SEASON.match(after) or _is_in_title(match):
        return None
    return date(year, 12, 31) if year and 1990 <= year <= 2100 else None


_SEASON: Final = re.compile("[春夏秋冬][季天]")


def _is_in_title(match: re.Match[str]) -> bool:
    """Whether the match stands between 《 and 》, where a year belongs to a name."""
    before = match.string[: match.start()]
    return before.rfind("《") > before.rfind("》")


def _feast(match: re.Match[str], written: date | None, _: WorkingDays | None) -> date | None:
    year, feast = _year(match, written), match["feast"]
    if year is None or written is None:
        return None
    if feast in {"春节", "农历新年", "过年"}:
        for candidate in (year,) if match["year"] else (year, year + 1):
            if candidate in _SPRING_FESTIVAL:
                first = date(candidate, *_SPRING_FESTIVAL[candidate])
                if match["year"] or first > written:
                    return first - timedelta(days=1)
        return None
    month, day = _FEASTS[feast]
    chosen = date(year, month, day)
    return date(year + 1, month, day) if not match["year"] and chosen <= written else chosen


_FEASTS: Final = {
    "元旦": (1, 1), "清明": (4, 5), "五一": (5, 1), "劳动节": (5, 1), "国庆": (10, 1), "十一": (10, 1),
    "暑假": (8, 31), "寒假": (2, 28), "高考": (6, 8),
}  # fmt: skip
_WEEKDAYS: Final = {c: n for n, c in enumerate("一二三四五六")} | {"日": 6, "天": 6, "末": 6}


def _week(match: re.Match[str], written: date | None, _: WorkingDays | None) -> date | None:
    if written is None:
        return None
    monday = written - timedelta(days=written.weekday()) + timedelta(weeks=match["which"].count("下"))
    return monday + timedelta(days=_WEEKDAYS[match["day"]] if match["day"] else 6)


def _soon(match: re.Match[str], written: date | None, _: WorkingDays | None) -> date | None:
    days = {"今": 0, "当": 0, "明": 1, "次": 1, "后": 2}
    # "21点至次日2点" is an hour of every day, not of tomorrow.
    if match.group() == "次日" and match.string[match.end() : match.end() + 1].isdigit():
        return None
    return written + timedelta(days=days[match.group()[0]]) if written else None


def _within(match: re.Match[str], written: date | None, calendar: WorkingDays | None) -> date | None:
    if written is None or _COUNTED_FROM.search(match.string, max(0, match.start() - 4), match.start()):
        return None
    count, unit = match["count"], match["unit"]
    if "工作日" in unit:
        return _working_days_after(written, number(count), calendar)
    if unit == "小时":
        return written + timedelta(days=-(-number(count) // 24))
    if "年" in unit:
        return _months_after(written, 6 if count == "半" else 12 * number(count))
    if "月" in unit:
        return written + timedelta(days=14) if count == "半" else _months_after(written, number(count))
    step = 7 if unit in {"周", "星期", "个星期", "个周"} else 1
    return written + timedelta(days=number(count) * step)


# "收到通知后一周内" starts with a day that nobody knows yet.
_COUNTED_FROM: Final = re.compile(r"(?:后的?|之日起|日起)\s*\Z")


def _months_after(day: date, months: int) -> date:
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _working_days_after(start: date, days: int, calendar: WorkingDays | None) -> date:
    # A table that ends too early would raise; plain weeks are the honest second best, and better than no date at all.
    latest = start + timedelta(days=2 * days + 20)
    if calendar is not None and calendar.knows(start) and calendar.knows(latest):
        return calendar.add_working_days(start, days)
    day = start
    while days > 0:
        day += timedelta(days=1)
        days -= day.weekday() < 5
    return day


_Reader = Callable[[re.Match[str], "date | None", "WorkingDays | None"], "date | None"]
_WITHIN: Final = re.compile(
    rf"(?P<count>{_N}|半)\s*(?P<unit>个工作日|工作日|个月|个星期|个周|星期|周|小时|天|日|年)\s*(?:之内|以内|左右|后|内)"
)
_WEEK: Final = re.compile(r"(?P<which>本|这|这个|下下|下|下个)(?:周|星期|礼拜)(?P<day>[一二三四五六日天末])?")
_SOON: Final = re.compile(r"(?:今天|今日|今晚|当日内|明天|明日|明晚|次日|后天)")
_THIS_MONTH: Final = re.compile(r"(?P<which>本|这个|当|下下个|下个?)月(?!\d)(?P<part>[上中下]旬|底|末|初|中)?")
_READERS: Final[tuple[tuple[re.Pattern[str], _Reader], ...]] = (
    (
        re.compile(
            rf"(?:{_YEAR})?\s*{_MONTH}\s*(?P<day>{_N})\s*(?:[日号])?(?:\s*[-—至到~]\s*(?P<last>{_N})\s*[日号])?"
        ),
        _day,
    ),
    (re.compile(r"(?P<year>20\d\d)[.\-/](?P<month>1[0-2]|0?[1-9])[.\-/](?P<day>\d{1,2})(?P<last>(?!))?"), _day),
    (re.compile(rf"(?:{_YEAR})?\s*(?:农历)?\s*{_MONTH}{_PART}"), _month),
    (
        re.compile(
            rf"(?:{_YEAR})?\s*(?P<span>上半年|下半年|年底|年末|(?<![\d半一二两三四五六七八九十])年内|年初|年中|年前"
            r"|第?[一二三四1-4]季度|(?(year)(?<=年)[底末内中初]|(?!)))"
        ),
        _part_of_year,
    ),
    (re.compile(rf"(?:{_YEAR})?\s*(?P<feast>春节|农历新年|过年|{'|'.join(_FEASTS)})"), _feast),
    (_THIS_MONTH, _this_month),
    (_WITHIN, _within),
    (_WEEK, _week),
    (_SOON, _soon),
    (re.compile(_YEAR), _whole_year),
)
_RELATIVE: Final = frozenset({_WITHIN, _WEEK, _SOON, _THIS_MONTH})


def signature(text: str, written: date | None) -> Moment | None:
    """Return the date under the text (its own date), if the text ends with one."""
    last: Iterator[Moment] = (m for m in reversed(moments(text[-40:], written)) if m.text[0] in "2二")
    for moment in last:
        start = max(0, len(text) - 40)
        if not text[start + moment.end :].strip(" \n日。."):
            return Moment(start + moment.start, start + moment.end, moment.text, moment.day)
    return None
