"""The deadlines in force: the default standard on the calendar of `data/holidays.json`."""

import json
from functools import cache

from django.conf import settings

from huixiang.rules.calendar import WorkingCalendar
from huixiang.rules.standards import Deadlines


@cache
def deadlines() -> Deadlines:
    """The one calculator of due times, read once per process."""
    tables = json.loads((settings.REFERENCE_DIR / "holidays.json").read_text(encoding="utf-8"))
    return Deadlines(WorkingCalendar.from_tables({year: t for year, t in tables.items() if year.isdecimal()}))
