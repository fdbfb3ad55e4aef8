"""What is learnt about replies is what the plain weights answer, and labels without words find their words again."""

import numpy as np
import pytest

from huixiang.nlp.reefs.deciding import ELEMENTS, questions
from huixiang.nlp.replies.heads import wording
from huixiang.nlp.training.marks import placed, spelled
from huixiang.nlp.training.replies import Case, Example, Replies, _threshold
from huixiang.nlp.training.ridge import UNKNOWN, Design, Worded, calibration, chances

GOOD = "6月10日派2名工作人员到现场核实，3号井盖当天已更换。"
BAD = "您反映的问题已转有关部门处理。"
MESSAGE = {"id": "K1", "title": "井盖缺失", "detail": "幸福路3号井盖没了，什么时候修好？", "reply": BAD}
LABEL = {
    "id": "K1",
    "demands": [{"span": "什么时候修好", "kind": "ask", "answered": "none"}],
    "reefs": [
        {"code": "red_tape", "severity": 2, "span": "已转有关部门处理"},
        {"code": "ostrich", "severity": 1, "span": ""},
    ],
    "elements": dict.fromkeys(ELEMENTS, False),
    "commitments": [],
    "outcome": "forwarded",
    "forward_only": True,
    "unit": None,
    "urgency": "normal",
    "send_back": True,
    "remarks": [],
}


def case(place, bad):
    fine = {"reefs": [], "send_back": False, "forward_only": False, "outcome": "resolved"}
    text = (BAD if bad else GOOD) + str(place)
    texts = {"reply": wording(text), "message": wording(MESSAGE["detail"])}
    evidence = {"moves": float(bad), "size": len(text) / 40, "late": float("nan") if place % 3 else 1.0}
    return Case(LABEL if bad else LABEL | fine, f"g{place}", True, evidence, texts, [], [], [], [])


def replies(count=40, examples=()):
    return Replies([case(place, place % 2 == 0) for place in range(count)], examples)


def test_plain_weights_give_the_scores_that_were_measured():
    known = replies()
    rows, solved = known.solve(np.arange(40))
    line = calibration(known.design.scores(rows, rows, solved), known.right)
    heads = known.design.heads(known.names, rows, solved, line)
    measured = chances(known.design.scores(rows, rows, solved), line)
    for place in (0, 1, 17):
        one = case(place, place % 2 == 0)
        told = heads.probabilities(one.whole, one.texts)
        assert [told[name] for name in known.names] == pytest.approx(measured[place], abs=0.01)


def test_replies_are_judged_by_models_that_have_not_seen_them_or_their_twins():
    known = replies()
    parts = list(known.folds(np.arange(40), 5))
    assert sorted(i for _, judge in parts for i in judge) == list(range(40))
    assert all(not set(known.groups[learn]) & set(known.groups[judge]) for learn, judge in parts)
    unseen = known.unseen()
    assert all((unseen[i][0]["send_back"] > 0.5) == (i % 2 == 0) for i in range(40))


def test_what_an_example_leaves_unknown_pulls_nowhere():
    one = case(0, True)
    silent = Example(one.whole, one.texts, {})
    place = questions().index("outcome.forwarded")
    without, beside = (
        known.design.scores(np.arange(40), *known.solve(np.arange(40)))[:, place]
        for known in (replies(), replies(examples=[silent]))
    )
    assert beside == pytest.approx(without, abs=0.05)


def test_an_example_of_a_reef_is_met():
    one = case(1, False)
    told = Example(one.whole, one.texts, {"evasion": 1})
    known = replies(examples=[told])
    rows, solved = known.solve(np.arange(40))
    scores = known.design.scores(np.array([40, 0]), rows, solved)[:, questions().index("any.evasion")]
    assert scores[0] > scores[1]


def test_the_threshold_of_sending_back_keeps_the_cap_on_false_alarms():
    told = np.linspace(0, 1, 200)
    clean = np.ones(200, dtype=bool)
    limit = _threshold(told, clean)
    assert (told[clean] > limit).mean() <= 0.05
    assert _threshold(told) < limit


def test_texts_that_share_an_owner_are_alike():
    words = [wording(GOOD), wording(BAD)]
    view = Worded.of("reply", words, np.array([0, 1, 0]))
    alike = view.likeness()
    assert alike[0, 2] == pytest.approx(1.0, abs=1e-4)
    assert alike[0, 1] < 0.5


def test_what_is_not_known_of_a_row_speaks_for_nothing():
    rows = [{"a": 1.0, "b": float("nan")}, {"a": 0.0, "b": 1.0}, {"a": 0.5, "b": 3.0}]
    design = Design(rows, {"": 1.0}, {})
    assert design.named[0, 1] == 0.0
    assert UNKNOWN not in design.named


def test_labels_without_words_find_their_words_again():
    bare = placed(LABEL, MESSAGE)
    assert "什么时候修好" not in str(bare)
    assert bare["demands"][0] | {"kind": "ask"} == {
        "kind": "ask",
        "answered": "none",
        "field": "detail",
        "start": 10,
        "end": 16,
    }
    assert spelled(bare, MESSAGE) == LABEL


def test_a_span_that_does_not_stand_in_its_text_is_refused():
    with pytest.raises(ValueError, match="K1"):
        placed(LABEL | {"commitments": [{"span": "明天修好", "due": None}]}, MESSAGE)
