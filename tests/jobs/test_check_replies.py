"""The filter that judges an archive of replies."""

import gzip
import io
import json

import pytest
from django.core.management import CommandError, call_command

GOOD = {
    "id": "R1",
    "title": "路灯",
    "detail": "幸福路的路灯坏了三个月，什么时候修？",
    "time": "2024-06-01T08:00:00",
    "reply": "您好！您反映的问题已转县城管局调查处理。",
    "reply_time": "2024-06-03T08:00:00",
}
FIELDS = {
    "id",
    "demands",
    "reefs",
    "elements",
    "commitments",
    "outcome",
    "forward_only",
    "unit",
    "urgency",
    "send_back",
    "remarks",
}


def _run(tmp_path, *lines, jobs=1):
    path = tmp_path / "in.jsonl"
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines), "utf-8")
    out = io.StringIO()
    call_command("check_replies", str(path), jobs=jobs, stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_a_reply_gets_the_fields_of_the_labels_with_reason_and_cure(tmp_path):
    (found,) = _run(tmp_path, GOOD)
    assert set(found) == FIELDS
    assert found["send_back"] is True and found["forward_only"] is True
    assert all(reef["why"] and reef["cure"] and reef["span"] in GOOD["reply"] for reef in found["reefs"])
    assert all(set(demand) == {"span", "kind", "answered"} for demand in found["demands"])


def test_bad_lines_become_error_objects_and_the_rest_goes_on(tmp_path):
    found = _run(tmp_path, "not json", "[1]", {"id": "R2"}, {**GOOD, "time": "yesterday"}, {**GOOD, "history": 3}, GOOD)
    assert [one.get("line") for one in found[:5]] == [1, 2, 3, 4, 5]
    assert all(one["error"] for one in found[:5])
    assert found[2]["id"] == "R2" and found[5]["id"] == "R1" and "error" not in found[5]


def test_a_missing_message_or_time_narrows_what_is_judged(tmp_path):
    (found,) = _run(tmp_path, {"id": "R3", "reply": GOOD["reply"]})
    assert found["narrowed"] and not found["demands"]


def test_history_is_read(tmp_path):
    words = {"text": "一处都没有拆，还在营业", "by": "citizen", "time": "2024-06-04T08:00:00"}
    (found,) = _run(tmp_path, {**GOOD, "reply": "已全部拆除钓台31处。", "history": [words, "此前答复"]})
    assert "hasty_promise" in {reef["code"] for reef in found["reefs"]}


def test_processes_side_by_side_keep_the_order(tmp_path):
    rows = [{**GOOD, "id": f"R{n}"} for n in range(40)]
    assert _run(tmp_path, *rows, jobs=2) == _run(tmp_path, *rows)


def test_packed_files_are_read_and_missing_ones_named(tmp_path):
    path = tmp_path / "in.jsonl.gz"
    with gzip.open(path, "wt", encoding="utf-8") as lines:
        lines.write(json.dumps(GOOD))
    out = io.StringIO()
    call_command("check_replies", str(path), stdout=out)
    assert json.loads(out.getvalue())["id"] == "R1"
    with pytest.raises(CommandError, match="cannot read"):
        call_command("check_replies", str(tmp_path / "none.jsonl"))
