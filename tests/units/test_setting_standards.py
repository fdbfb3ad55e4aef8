"""Setting standards: later figures take over on their day, bad ones are refused and the old ones stay in force."""

import json
from datetime import date, datetime
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from huixiang.cases.deadlines import general, scopes
from huixiang.rules.calendar import CHINA
from huixiang.rules.clocks import ClockKind
from huixiang.rules.standards import read_row
from huixiang.units.actions import setting_standards
from huixiang.units.models import ServiceStandard
from huixiang.units.sources import OURS, cited
from huixiang.units.standards import in_force

TODAY = date(2026, 11, 18)
MORNING = datetime(2026, 12, 2, 9, 0, tzinfo=CHINA)


def table(days=4, **more):
    return {
        "clock": "answer", "region": "430104", "kind": "complaint", "span": {"unit": "working_days", "value": days},
        "source": "岳麓区文件", "effective_from": "2026-12-01", **more,
    }  # fmt: skip


def put(days=4, today=TODAY, **more):
    return setting_standards.set_figure(read_row(table(days, **more)), scopes=scopes(), begins_after=today, by=None)


def days_on(day, region="430104"):
    return general("complaint", day, region=region).standard(ClockKind.ANSWER, "standard").span.days


def everything():
    return list(ServiceStandard.objects.order_by("pk").values())


def test_county_figure_holds_from_its_day_in_its_county_only(town):
    put()
    assert [days_on(date(2026, 11, 30)), days_on(date(2026, 12, 1))] == [7, 4]
    assert days_on(date(2026, 12, 1), region="430111") == 7


def test_later_figure_ends_the_one_before_it_and_changes_nothing_else_of_it(town):
    first = put()
    before = ServiceStandard.objects.filter(pk=first.pk).values().get()
    put(3, effective_from="2027-01-01")
    after = ServiceStandard.objects.filter(pk=first.pk).values().get()
    assert after == {**before, "effective_to": date(2027, 1, 1)}
    assert [days_on(date(2026, 12, 31)), days_on(date(2027, 1, 1))] == [4, 3]


def test_every_process_reads_the_new_figure(town):
    before = in_force()
    put()
    assert in_force() is not before and len(in_force().rows) == len(before.rows) + 1


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"effective_from": "2026-11-18"}, "effective_from"),
        ({"region": "99"}, "region"),
        ({"lane": "express"}, "lane"),
        ({"kind": "wish"}, "kind"),
        ({"column": "gossip"}, "column"),
        ({"effective_from": "2026-11-25"}, "effective_from"),
    ],
)
def test_figure_is_refused_with_its_key_and_the_old_one_stays(town, change, key):
    put()
    before = everything()
    with pytest.raises(setting_standards.NotSet) as refused:
        put(2, **change)
    assert refused.value.key == key and refused.value.message and everything() == before


def test_figure_that_has_not_begun_can_be_taken_back(town):
    put()
    second = put(3, effective_from="2027-01-01")
    setting_standards.withdraw(second, today=TODAY)
    assert days_on(date(2027, 1, 5)) == 4
    with pytest.raises(setting_standards.NotSet, match="has begun"):
        setting_standards.withdraw(ServiceStandard.objects.get(region_code="430104"), today=date(2026, 12, 1))


def test_county_can_follow_the_province_again_and_the_province_cannot_stop(town):
    own = put()
    setting_standards.end_figure(own, on=date(2027, 1, 1), begins_after=TODAY)
    assert [days_on(date(2026, 12, 31)), days_on(date(2027, 1, 1))] == [4, 7]
    above = ServiceStandard.objects.get(region_code="43", clock="sign", lane="")
    with pytest.raises(setting_standards.NotSet, match="without a standard"):
        setting_standards.end_figure(above, on=date(2027, 1, 1), begins_after=TODAY)


def test_passing_figure_must_leave_something_in_force(town):
    with pytest.raises(setting_standards.NotSet, match="without a standard"):
        setting_standards.set_figure(
            read_row(table(region="43", effective_to="2027-01-01")), scopes=scopes(), begins_after=TODAY, by=None
        )
    assert put(effective_to="2027-01-01").effective_to == date(2027, 1, 1)


def test_every_source_of_ours_has_words():
    anchors = {
        s.source
        for s in map(read_row, json.loads((settings.REFERENCE_DIR / "standards.json").read_text(encoding="utf-8")))
    }
    assert all(not cited(source).startswith(OURS) for source in [*anchors, f"{OURS}data-files"])
    assert cited("岳麓区文件") == "岳麓区文件"


@pytest.fixture
def load(tmp_path):
    """Runs the command on rows; what it printed."""

    def run(content, *options):
        file = tmp_path / "county.json"
        file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        out = StringIO()
        call_command("load_standards", str(file), *options, stdout=out)
        return out.getvalue()

    return run


def test_file_is_loaded_and_loading_it_again_changes_nothing(town, load):
    rows = [table(effective_from="2090-01-01"), table(3, kind="help", effective_from="2090-01-01")]
    assert "2 would be added" in load(rows, "--dry-run") and not ServiceStandard.objects.filter(region_code="430104")
    assert "2 added, 0 stood already" in load(rows)
    before = everything()
    assert "0 added, 2 stood already" in load(rows)
    assert everything() == before


def test_shipped_file_stands_already(town):
    out = StringIO()
    call_command("load_standards", str(settings.REFERENCE_DIR / "standards.json"), stdout=out)
    assert "standards.json: 0 added" in out.getvalue()


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        ({"span": {"unit": "working_days", "value": -1}}, "row 2: span: value -1 is no positive number"),
        ({"span": {"unit": "fortnights", "value": 1}}, "row 2: span: unit 'fortnights' is none of"),
        ({"region": "439999"}, "row 2: region: '439999' does not exist"),
        ({"effective_from": "2090-06-01", "kind": "complaint"}, "row 2: effective_from: overlaps row 1"),
        ({"effective_to": "2089-01-01"}, "row 2: effective_to: is not later than effective_from"),
        ({"source": ""}, "row 2: source: every figure must name its source"),
        ({"until": "2091-01-01"}, "row 2: until: is none of"),
        ({"lane": "express"}, "row 2: lane: 'express' is none of"),
    ],
)
def test_bad_row_refuses_the_whole_file_with_file_key_and_reason(town, load, bad, says):
    before = everything()
    good = table(effective_from="2090-01-01")
    with pytest.raises(CommandError) as refused:
        load([good, {**good, "kind": "help", **bad}])
    assert "county.json: " in str(refused.value) and says in str(refused.value)
    assert everything() == before


@pytest.mark.parametrize(
    ("content", "says"),
    [("{", "is no JSON"), ('{"clock": "answer"}', "must hold a list"), ("[7]", "row 1: row: is no")],
)
def test_file_that_is_no_list_of_rows_is_refused(town, load, content, says):
    with pytest.raises(CommandError, match=says):
        load(content)


def test_figure_cannot_begin_before_cases_that_are_there(town, load):
    town.submit()
    with pytest.raises(CommandError, match="cases keep the standard they began under"):
        load([table(effective_from="2020-01-01")])


def test_site_without_cases_takes_figures_from_any_day(town, load):
    assert "1 added" in load([table(effective_from="2020-01-01")])
