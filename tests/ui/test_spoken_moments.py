from datetime import UTC, date, datetime, timedelta

import pytest

from huixiang.ui import moments

NOW = datetime.fromisoformat("2026-11-24T15:20:00+08:00")


def test_a_moment_is_spoken_in_local_time_with_its_weekday():
    assert moments.spoken(datetime(2026, 11, 25, 9, 0, tzinfo=UTC), NOW) == "11月25日（周三）17:00"


def test_the_year_is_spoken_only_when_it_is_another():
    assert moments.spoken(datetime(2025, 12, 31, 1, 5, tzinfo=UTC), NOW) == "2025年12月31日（周三）09:05"


def test_the_year_is_the_local_one_around_midnight():
    new_year_in_changsha = datetime(2025, 12, 31, 16, 30, tzinfo=UTC)
    assert moments.spoken(new_year_in_changsha, NOW) == "1月1日（周四）00:30"


def test_a_date_has_no_clock():
    assert moments.spoken(date(2026, 11, 29), NOW) == "11月29日（周日）"


def test_a_limit_ends_in_before():
    assert moments.spoken_before(NOW + timedelta(days=1), NOW) == "11月25日（周三）15:20前"


@pytest.mark.parametrize(
    ("passed", "words"),
    [
        (timedelta(seconds=20), "刚刚"),
        (timedelta(seconds=-90), "刚刚"),
        (timedelta(minutes=5, seconds=59), "5分钟前"),
        (timedelta(hours=3, minutes=59), "3小时前"),
        (timedelta(hours=25), "1天前"),
        (timedelta(hours=40), "2天前"),
        (timedelta(days=30), "30天前"),
        (timedelta(days=31), "10月24日（周六）"),
    ],
)
def test_how_long_ago(passed, words):
    assert moments.ago(NOW - passed, NOW) == words


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(hours=2, minutes=59), "还剩2小时"),
        (timedelta(days=3, hours=5), "还剩3天"),
        (timedelta(seconds=30), "还剩不到1分钟"),
        (timedelta(0), "还剩不到1分钟"),
        (timedelta(minutes=-8), "超时8分钟"),
        (timedelta(hours=-3, minutes=-10), "超时3小时"),
    ],
)
def test_what_is_left_until_a_limit(span, words):
    assert moments.left(NOW + span, NOW) == words
