"""Replaying past pairs: the marks equal a plain computation, bad lines are named."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from huixiang.cases.choices import MessageKind
from huixiang.jobs.management.commands.replay_clocks import standards_of
from huixiang.jobs.replaying import MARKS, Pair, read_pairs, replay
from huixiang.rules.calendar import CHINA
from huixiang.rules.clocks import ClockKind, Light, Standard
from huixiang.rules.spans import WorkingDays
from huixiang.units.standards import in_force

START = datetime(2018, 3, 1, 9)
STANDARDS = Path(__file__).parents[2] / "data" / "standards.json"


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
    friday = datetime(2018, 3, 2, 16, tzinfo=CHINA)
    found = replay([Pair(friday, friday + timedelta(days=3))], {}, in_force().calendar)
    assert (found.wall["48 h"], found.working["24 h"]) == (0, 1)


def test_late_replies_climb_the_ladder(db, pairs):
    standard = Standard(ClockKind.ANSWER, WorkingDays(5), "s", yellow_days=1)
    found = replay(read_pairs(pairs[0]), {"x": standard}, in_force().calendar)
    assert found.lights["x"][Light.BLACK] == found.rungs["x"]["inspection"] == 2
    assert found.lights["x"].total() == found.pairs == 9


def test_command_runs_every_limit_and_its_wall_clock_shares_equal_the_delays(db, pairs, capsys):
    path, delays = pairs
    call_command("replay_clocks", str(path))
    printed = capsys.readouterr().out
    rows = {
        line.split("|")[1].strip(): [c.strip() for c in line.split("|")[2:-1]]
        for line in printed.split("\n")
        if "|" in line
    }
    assert rows["wall-clock"] == [f"{sum(h <= mark for h in delays) / 9:.1%}" for mark in (5, 24, 48, 120, 360, 720)]
    kinds = [f"{kind.label}（{kind.value}）" for kind in MessageKind]
    lanes = ["简易（simple lane）", "紧急（urgent lane）", "消费维权（column consumer）", "问法湖南（column legal）"]
    first = ["首次回应（first word）", "首次回应，紧急（first word, urgent lane）"]
    assert list(rows)[-len(kinds) - 6 :] == [*kinds, *lanes, *first]
    # Plain hours can be counted by hand: green and yellow together are what was in time.
    for name, limit in (("紧急（urgent lane）", 24), ("问法湖南（column legal）", 24), (first[1], 5)):
        in_time = sum(float(share.rstrip("%")) for share in rows[name][:2])
        assert in_time == pytest.approx(100 * sum(h <= limit for h in delays) / 9, abs=0.2)


def test_first_word_counts_the_hours_between_seven_and_ten(db):
    [standard] = [s for name, s in standards_of(STANDARDS, "43").items() if name == "首次回应（first word）"]
    evening = datetime(2018, 3, 1, 21, tzinfo=CHINA)
    found = replay(
        [Pair(evening, evening + timedelta(hours=13, minutes=m)) for m in (59, 61)],
        {"x": standard},
        in_force().calendar,
    )
    assert found.lights["x"][Light.RED] == 1


def test_command_prints_the_tables_and_names_a_bad_line(db, pairs, capsys):
    call_command("replay_clocks", str(pairs[0]))
    assert "| wall-clock | 22.2%" in capsys.readouterr().out
    pairs[0].write_text('{"time": "2018-01-01T00:00:00", "reply_time": "soon"}', encoding="utf-8")
    with pytest.raises(CommandError, match="line 1"):
        call_command("replay_clocks", str(pairs[0]))
