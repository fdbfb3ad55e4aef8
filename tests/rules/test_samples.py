"""Sample moments, found by hand in the calendar of 2026."""

import json
from datetime import date, datetime
from pathlib import Path

import pytest

from huixiang.rules.calendar import CHINA, WorkingCalendar
from huixiang.rules.samples import samples

TABLES = json.loads((Path(__file__).parents[2] / "data" / "holidays.json").read_text(encoding="utf-8"))
CALENDAR = WorkingCalendar.from_tables(TABLES)


def test_samples_of_2026_are_the_days_that_the_notice_names():
    found = [(s.label, s.at.astimezone(CHINA).strftime("%m-%d %H:%M")) for s in samples(CALENDAR, 2026)]
    assert found == [
        ("调休上班的周末", "01-04 10:00"),
        ("一年里最长假期的第二天", "02-16 09:00"),
        ("普通的周三上午", "06-03 10:00"),
        ("普通的周日晚上", "06-07 21:30"),
        ("国庆节前的周五傍晚", "09-25 17:40"),
        ("国庆放假前最后一个工作日傍晚", "09-30 17:40"),
        ("调休上班的周末", "10-10 10:00"),
    ]


@pytest.mark.parametrize("year", sorted(map(int, TABLES)))
def test_every_known_year_has_its_samples_in_order(year):
    found = [s.at for s in samples(CALENDAR, year)]
    assert found == sorted(found) and {at.year for at in found} == {year}
    assert len(found) >= 5


def test_year_without_a_table_is_sampled_on_plain_weeks():
    found = {s.label: s.at for s in samples(CALENDAR, 2031)}
    assert "调休上班的周末" not in found
    # 1 October 2031 is a Wednesday.
    assert found["国庆放假前最后一个工作日傍晚"] == datetime(2031, 9, 30, 17, 40, tzinfo=CHINA)
    assert found["国庆节前的周五傍晚"].date() == date(2031, 9, 26)
