"""Importing pairs of former years: whole or not at all, once, searchable at once, and proven by the ledger."""

import gzip
import json
from datetime import datetime, timedelta

import pytest
from django.core.management import CommandError, call_command

from huixiang.cases import access, ledger
from huixiang.cases.actions.submitting import code_hash
from huixiang.cases.choices import Resolution
from huixiang.cases.models import Case, CaseEvent, EventDelivery, Reply
from huixiang.jobs import delivering, importing
from huixiang.rules.calendar import CHINA
from huixiang.rules.lifecycle import State, Step
from huixiang.units.models import Region, Unit

NOW = datetime(2026, 11, 24, 10, 30, tzinfo=CHINA)
GOOD = {
    "id": "A1",
    "time": "2019-04-25T09:32:09",
    "title": "望月湖街道的樱花巷路灯不亮",
    "detail": "我住在岳麓区望月湖街道，樱花巷的路灯坏了两个月，晚上很不方便。我叫罗小满，电话13812345678，请来修一修。",
    "reply": "您好，樱花巷的6盏路灯已经修复，是电缆老化造成的，电缆已全部更换。",
    "reply_time": "2019-05-10T14:56:53",
}


def line(**changes):
    row = {**GOOD, **changes}
    return json.dumps({name: value for name, value in row.items() if value is not None}, ensure_ascii=False)


@pytest.fixture
def write(tmp_path):
    def write(*lines, name="pairs.jsonl", pack=lambda data: data):
        path = tmp_path / name
        path.write_bytes(pack("\n".join(lines).encode()))
        return path

    return write


def run(path, *options):
    call_command("import_cases", str(path), *options)


def test_a_pair_becomes_a_closed_public_historical_case_with_its_real_times(town, write):
    run(write(line()))
    case = Case.objects.get(origin_key="import:A1")
    assert (case.state, case.is_historical, case.resolution) == (State.CLOSED, True, Resolution.UNCONFIRMED)
    assert case.submitted_at == datetime(2019, 4, 25, 9, 32, 9, tzinfo=CHINA)
    assert case.answered_at == case.closed_at == datetime(2019, 5, 10, 14, 56, 53, tzinfo=CHINA)
    assert access.public_case(case.number) == case
    reply = case.replies.get()
    assert (reply.author, reply.reviewer, reply.published_at) == (None, None, case.answered_at)
    assert not reply.unit.is_active
    assert not case.ratings.exists()


def test_personal_data_is_masked_and_the_whole_text_kept_sealed(town, write):
    run(write(line()))
    case = Case.objects.get()
    assert "13812345678" not in case.body
    assert "罗小满" not in case.body
    assert case.sealed_body == GOOD["detail"]


def test_an_imported_word_is_found_at_once_in_question_and_answer(town, write):
    run(write(line(), line(id="A2", title="公交站台没有雨棚", detail="等车的时候下雨没有地方躲。")))
    assert Case.objects.public().matching("樱花巷").count() == 2
    assert [c.title for c in Case.objects.public().matching("雨棚")] == ["公交站台没有雨棚"]
    assert Case.objects.public().matching("电缆老化").exists()


def test_the_ledger_says_when_and_from_what_it_was_imported(town, write):
    run(write(line(), line(id="A2")))
    event = CaseEvent.objects.get(case__origin_key="import:A1")
    assert (event.step, event.seq, event.to_state) == (Step.IMPORT, 1, State.CLOSED)
    assert event.data["origin"] == "A1"
    assert len(event.data["sha256"]) == 64
    assert ledger.verify() == (2, None)


def test_a_changed_byte_of_an_imported_event_is_found(town, write):
    run(write(line()))
    case = Case.objects.get()
    Case.objects.filter(pk=case.pk).update(ledger_head="0" * 64)
    assert ledger.verify()[1] is not None


def test_the_loops_carry_out_what_follows_and_leave_the_case_alone(town, write):
    run(write(line()))
    later = NOW + timedelta(days=400)
    assert delivering.deliver(at=later) == 1
    assert not EventDelivery.objects.exists()
    assert Case.objects.get().state == State.CLOSED


def test_a_second_run_changes_nothing_and_says_so(town, write, capsys):
    path = write(line(), line(id="A2"))
    run(path)
    before = list(Case.objects.order_by("pk").values_list("pk", "number", "ledger_head"))
    run(path)
    assert list(Case.objects.order_by("pk").values_list("pk", "number", "ledger_head")) == before
    assert Reply.objects.count() == 2
    assert "imported 0, already there: 2" in capsys.readouterr().out


def test_a_longer_file_adds_only_what_is_new(town, write, capsys):
    run(write(line()))
    run(write(line(), line(id="A2"), name="more.jsonl"))
    assert Case.objects.count() == 2
    assert "imported 1, already there: 1" in capsys.readouterr().out


def test_a_dry_run_counts_and_writes_nothing(town, write, capsys):
    run(write(line(), line(id="A2")), "--dry-run")
    assert not Case.objects.exists()
    assert not Unit.objects.filter(key=importing.ARCHIVE_KEY).exists()
    assert "would import 2, already there: 0" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["pairs.jsonl.gz", "pairs-without-suffix"])
def test_gzip_is_known_by_its_first_bytes(town, write, name):
    run(write(line(), name=name, pack=gzip.compress))
    assert Case.objects.count() == 1


MALFORMED = [
    ("{not json", "not JSON"),
    ("[1, 2]", "not a JSON object"),
    (line(detail=None), "detail is missing"),
    (line(title=17), "title is not text"),
    (line(id=True), "id is not text"),
    (line(reply=" \u200b\n"), "reply is empty"),
    (line(time="25.4.2019"), "time '25.4.2019' is no ISO time"),
    (line(reply_time="2019-04-25T09:32:08"), "reply_time is before time"),
    (line(reply_time="2999-01-01T00:00:00"), "reply_time is in the future"),
    (line(title="长" * 201), "title is too long: 201 characters, at most 200"),
    (line(reply="长" * 20_001), "reply is too long"),
    (line(reply="长" * 200_000), "the line is longer than 512 KB"),
    (line(id="A1"), "id 'A1' stands in line 1 already"),
    ("[" * 100_000, "not JSON"),
]


@pytest.mark.parametrize(("bad", "reason"), MALFORMED, ids=[reason[:24] for _, reason in MALFORMED])
def test_a_malformed_line_is_named_with_its_number_and_nothing_is_written(town, write, capsys, bad, reason):
    with pytest.raises(CommandError, match="nothing imported: 1 bad lines"):
        run(write(line(), "", bad, line(id="A3")))
    assert f"line 3: {reason}" in capsys.readouterr().err
    assert not Case.objects.exists()


def test_bytes_that_are_no_text_are_named_too(town, tmp_path, capsys):
    path = tmp_path / "pairs.jsonl"
    path.write_bytes(line().encode() + b"\n" + line(id="A2").encode("gb18030") + b"\n")
    with pytest.raises(CommandError):
        run(path)
    assert "line 2: not UTF-8" in capsys.readouterr().err


def test_bad_lines_are_left_out_only_when_asked(town, write, capsys):
    run(write(line(), "{", line(id="A3")), "--skip-bad")
    assert set(Case.objects.values_list("origin_key", flat=True)) == {"import:A1", "import:A3"}
    assert "imported 2, already there: 0, left out: 1" in capsys.readouterr().out


def test_a_file_that_ends_in_the_middle_imports_nothing(town, write):
    lines = [
        line(id=f"A{n}", detail=f"第{n}条：" + "".join(chr(0x4E00 + n * 7 + k) for k in range(60))) for n in range(50)
    ]
    path = write(*lines, name="cut.jsonl.gz", pack=lambda data: gzip.compress(data)[:-200])
    with pytest.raises(CommandError, match="cannot be read to its end"):
        run(path)
    assert not Case.objects.exists()


def test_a_batch_that_fails_leaves_no_half_case_behind(town, write, monkeypatch):
    monkeypatch.setattr(importing, "BATCH", 2)
    real, calls = importing.search.index_many, []

    def breaks_on_the_second(rows):
        calls.append(1)
        if len(calls) == 2:
            raise OSError("disk full")
        real(rows)

    monkeypatch.setattr(importing.search, "index_many", breaks_on_the_second)
    with pytest.raises(CommandError, match="disk full"):
        run(write(*[line(id=f"A{n}") for n in range(4)]))
    assert Case.objects.count() == Reply.objects.count() == CaseEvent.objects.count() == 2
    assert ledger.verify() == (2, None)


def test_missing_file_and_missing_reference_data_are_said_plainly(db, write, tmp_path):
    with pytest.raises(CommandError, match="no such file"):
        run(tmp_path / "nowhere.jsonl")
    with pytest.raises(CommandError, match="--reference-only"):
        run(write(line()))


def test_the_place_is_taken_from_plain_names_else_it_is_the_province(town, write):
    run(
        write(
            line(id="1", title="路灯不亮", detail="岳麓区望月湖街道的路灯不亮了。"),
            line(id="2", title="路灯不亮", detail="岳麓区的路灯不亮了。"),
            line(id="3", title="路灯不亮", detail="岳麓区和荷塘区的路灯都不亮了。"),
            line(id="4", title="路灯不亮", detail="株洲市的路灯不亮了。"),
            line(id="5", title="路灯不亮", detail="A市的路灯不亮了。"),
        )
    )
    found = dict(Case.objects.order_by("origin_key").values_list("origin_key", "region__name"))
    assert list(found.values()) == ["望月湖街道", "岳麓区", "湖南省", "株洲市", "湖南省"]


def test_a_region_given_is_where_the_places_are_looked_for(town, write):
    run(write(line(title="路灯不亮", detail="株洲市荷塘区的路灯不亮了。")), "--region", "430104")
    assert Case.objects.get().region == Region.objects.get(pk="430104")
    with pytest.raises(CommandError, match="no region"):
        run(write(line(id="2"), name="two.jsonl"), "--region", "99")


def test_a_long_title_is_cut_for_the_public_and_kept_sealed(town, write):
    title = "关于望月湖片区老旧小区改造后楼道照明长期不亮并且多次报修始终无人上门处理的情况反映和几点建议"
    run(write(line(title=title)))
    case = Case.objects.get()
    assert len(case.title) == 40
    assert case.title.endswith("…")
    assert case.sealed_title == title


def test_no_query_code_opens_an_imported_case(town, write):
    run(write(line()))
    case = Case.objects.get()
    assert case.query_code_hash != code_hash("")
    with pytest.raises(access.NotVisible):
        access.case_by_code(case.number, "")


def test_an_imported_message_is_never_taken_for_a_report(town, write):
    run(write(line(title="举报楼下饭店油烟", detail="举报岳麓区一家饭店，油烟直接排到楼道里。")))
    assert Case.objects.get().public_at is not None
