"""How moments and spans of time are spoken to people, in the time zone that is active."""

from datetime import date, datetime, timedelta, tzinfo

from django.utils import timezone

_WEEKDAYS = "一二三四五六日"
_MINUTE = timedelta(minutes=1)
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)


def spoken(at: date | datetime, now: datetime) -> str:
    """Say a moment as 11月25日（周三）17:00, or a date without the clock; the year only when it is not this year."""
    clock, zone = "", timezone.get_current_timezone()
    if isinstance(at, datetime):
        at = _local(at, zone)
        clock = f"{at.hour:02}:{at.minute:02}"
    year = "" if at.year == _local(now, zone).year else f"{at.year}年"
    return f"{year}{at.month}月{at.day}日（周{_WEEKDAYS[at.weekday()]}）{clock}"


def spoken_before(at: date | datetime, now: datetime) -> str:
    """Say a limit as 11月25日（周三）17:00前."""
    return f"{spoken(at, now)}前"


def short(at: datetime) -> str:
    """Say a moment as 11月25日 17:00, where there is room for no more."""
    at = _local(at)
    return f"{at.month}月{at.day}日 {at:%H:%M}"


def ago(at: datetime, now: datetime) -> str:
    """Say how long ago a moment was: 刚刚, 5分钟前, 3小时前, 2天前; from a month on, the date itself."""
    passed = now - at
    if passed < _MINUTE:
        return "刚刚"
    if passed < _DAY:
        return f"{_rough(passed)}前"
    days = (_local(now).date() - _local(at).date()).days
    return f"{days}天前" if days <= 30 else spoken(_local(at).date(), now)


def left(due: datetime, now: datetime) -> str:
    """Say what is left until a limit (还剩2小时) or by how much it is passed (超时3小时)."""
    span = due - now
    if span >= timedelta(0):
        return f"还剩{_rough(span)}"
    return f"超时{_rough(-span)}"


def _rough(span: timedelta) -> str:
    """Say a span in its largest unit, rounded down: 2天, 3小时, 5分钟, and 不到1分钟 below a minute."""
    for size, unit in ((_DAY, "天"), (_HOUR, "小时"), (_MINUTE, "分钟")):
        if span >= size:
            return f"{span // size}{unit}"
    return "不到1分钟"


def _local(at: datetime, zone: tzinfo | None = None) -> datetime:
    """Move an aware moment into the active time zone; a naive one is taken as already there."""
    # Not by `localtime`, which asks twice what is known here: an inbox says a hundred moments.
    return at if at.tzinfo is None else at.astimezone(zone or timezone.get_current_timezone())
