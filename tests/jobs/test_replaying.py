"""Replaying past pairs: the marks equal a plain computation, bad lines are named."""

import json
from datetime import datetime, timedelta

import pytest
from django.core.management import CommandError, call_command

from huixiang.jobs.replaying import MARKS, read_pairs, replay
from huixiang.rules.clocks import ClockKind, Light, Standard
from huixiang.rules.spans import WorkingDays
from huixiang.units.standards import in_force

START = datetime(2018, 3, 1, 9)


@pytest.fixture
def pairs(tmp_path):
    delays = [1, 5, 5.5, 24, 47, 100, 121, 400, 800]
    rows = [
        {
            "time": (START + timedelta(days=n)).isoformat(),
            "reply_time": (START + timedelta(days=n, hours=h)).isoformat(),
        }
        for n, h in enumerate(delays)
    ]
    path = tmp_path / "pairs.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return path, delays


def test_wall_clock_shares_equal_the_delays(db, pairs):
    path, delays = pairs
    found = replay(read_pairs(path), {}, in_force().calendar)
    for name, length, _ in MARKS:
        assert found.wall[name] == sum(h <= length.total_seconds() / 3600 for h in delays)


def test_working_time_forgives_a_weekend(db):
    from huixiang.jobs.replaying import Pair
    from huixiang.rules.calendar import CHINA

    friday = datetime(2018, 3, 2, 16, tzinfo=CHINA)
    found = replay([Pair(friday, friday + timedelta(days=3))], {}, in_force().calendar)
    assert (found.wall["48 h"], found.working["24 h"]) == (0, 1)


def test_late_replies_climb_the_ladder(db, pairs):
    standard = Standard(ClockKind.ANSWER, WorkingDays(5), "s", yellow_days=1)
    found = replay(read_pairs(pairs[0]), {"x": standard}, in_force().calendar)
    assert found.lights["x"][Light.BLACK] == found.rungs["x"]["inspection"] == 2
    assert found.lights["x"].total() == found.pairs == 9


def test_command_prints_the_tables_and_names_a_bad_line(db, pairs, capsys):
    call_command("replay_clocks", str(pairs[0]))
    assert "| wall-clock | 22.2%" in capsys.readouterr().out
    pairs[0].write_text('{"time": "2018-01-01T00:00:00", "reply_time": "soon"}', encoding="utf-8")
    with pytest.raises(CommandError, match="line 1"):
        call_command("replay_clocks", str(pairs[0]))
