"""Standards: the most telling row wins, a case keeps the rows it began under, bad rows are refused with their key."""

import json
from datetime import date
from pathlib import Path

import pytest

from huixiang.rules.clocks import ClockKind
from huixiang.rules.spans import WallHours, WorkingDays
from huixiang.rules.standards import BadStandard, check_rows, read_row, resolve

DATA = Path(__file__).parents[2] / "data"
SHIPPED = [read_row(row) for row in json.loads((DATA / "standards.json").read_text(encoding="utf-8"))]
SOURCES = (DATA.parent / "docs" / "sources.md").read_text(encoding="utf-8")


def row(days=5, **more):
    return {
        "clock": "answer", "region": "43", "span": {"unit": "working_days", "value": days}, "source": "令",
        "effective_from": "2026-01-01", **more,
    }  # fmt: skip


def found(rows, *, region="430104", lane="standard", kind="help", column="voice", on=date(2026, 6, 1)):
    standard = resolve(map(read_row, rows), ClockKind.ANSWER, region=region, lane=lane, kind=kind, column=column, on=on)
    return standard.span.days if standard else None


def test_county_goes_before_prefecture_before_province():
    rows = [row(7), row(5, region="4301"), row(3, region="430104")]
    assert [found(rows, region=r) for r in ("430104", "430111", "430202")] == [3, 5, 7]


def test_row_for_the_lane_goes_before_a_nearer_row_for_any_lane():
    assert found([row(5, region="430104"), row(1, lane="urgent")], lane="urgent") == 1


def test_case_keeps_the_row_it_began_under():
    rows = [row(7, effective_to="2026-07-01"), row(5, effective_from="2026-07-01")]
    assert [found(rows, on=date(2026, 6, 30)), found(rows, on=date(2026, 7, 1))] == [7, 5]


def test_no_row_means_no_clock():
    assert found([row(region="4302")]) is None


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"clock": "lunch"}, "clock"),
        ({"span": {"unit": "working_days", "value": -3}}, "span"),
        ({"span": {"unit": "moons", "value": 3}}, "span"),
        ({"source": " "}, "source"),
        ({"effective_from": ""}, "effective_from"),
        ({"effective_from": "2026-13-01"}, "effective_from"),
        ({"effective_to": "2025-01-01"}, "effective_to"),
        ({"yellow_share": 1.5}, "yellow_share"),
        ({"yellow_days": 0}, "yellow_days"),
        ({"yellow_days": True}, "yellow_days"),
        ({"span": "5 working days"}, "span"),
        ({"effective_from": ["2026-01-01"]}, "effective_from"),
        ({"efective_to": "2027-01-01"}, "efective_to"),
    ],
)
def test_bad_row_is_refused_with_its_key(change, key):
    with pytest.raises(BadStandard) as refused:
        read_row(row(**change))
    assert refused.value.key == key


def test_overlapping_dates_are_refused():
    rows = [read_row(row(7)), read_row(row(5, effective_from="2026-07-01"))]
    with pytest.raises(BadStandard, match="overlaps"):
        check_rows(rows, regions=["43"])


def test_unknown_region_is_refused():
    with pytest.raises(BadStandard, match="'99' does not exist"):
        check_rows([read_row(row(region="99"))], regions=["43"])


def test_shipped_standard_is_sound_and_every_figure_names_a_source_that_exists():
    check_rows(SHIPPED, regions=["43"])
    for shipped in SHIPPED:
        assert f"### {shipped.source.split('#')[1]}" in SOURCES


@pytest.mark.parametrize("kind", ["consult", "help", "complaint", "report", "suggest", "thanks"])
@pytest.mark.parametrize("lane", ["standard", "urgent", "simple"])
@pytest.mark.parametrize("column", ["voice", "leader", "consumer", "legal"])
def test_every_case_has_an_answer_clock(kind, lane, column):
    standard = resolve(
        SHIPPED, ClockKind.ANSWER, region="430104001", lane=lane, kind=kind, column=column, on=date(2026, 6, 1)
    )
    assert standard is not None


def test_urgent_answer_is_due_within_a_day_of_the_clock():
    standard = resolve(
        SHIPPED, ClockKind.ANSWER, region="43", lane="urgent", kind="help", column="voice", on=date(2026, 6, 1)
    )
    assert isinstance(standard.span, WallHours)
    assert isinstance(
        resolve(SHIPPED, ClockKind.SIGN, region="43", lane="standard", kind="", column="", on=date(2026, 6, 1)).span,
        WorkingDays,
    )
