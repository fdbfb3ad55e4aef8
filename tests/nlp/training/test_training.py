"""What training measures is what the shipped form answers."""

import json

import numpy as np
import pytest

from huixiang.nlp.kernel import KernelModel
from huixiang.nlp.parameters import BadParameters, Parameters, load
from huixiang.nlp.topics import Calibration, TwoViews
from huixiang.nlp.training import corpus, kernel, scoring, urgency
from huixiang.nlp.training.hotspots import _arrays, _boosted
from huixiang.nlp.training.kernel import Examples, fit_space, one_against_rest
from huixiang.nlp.training.topics import calibrate
from huixiang.nlp.trees import Trees
from huixiang.nlp.vectors import Space, tokens

TEXTS = [
    ("小区停水", "小区停水三天，希望供水公司恢复供水。"),
    ("停水通知", "供水公司停水没有通知，居民没有水用。"),
    ("又停水了", "小区又停水了，供水公司电话打不通。"),
    ("公交改线", "公交线路改线，居民出行不方便，希望恢复公交。"),
    ("公交太少", "公交班次太少，希望公交公司增加班次。"),
    ("公交晚点", "公交经常晚点，公交公司没有人管。"),
]


def examples():
    counted = [tokens(*text) for text in TEXTS]
    space = Space.of(Parameters(fit_space(counted), {}))
    readings = [space.weigh(one) for one in counted]
    return readings, Examples(readings, [str(n) for n in range(len(TEXTS))])


def test_the_shipped_form_gives_the_scores_that_training_measured():
    readings, learnt = examples()
    rows = np.arange(len(TEXTS))
    pulls, bias = learnt.solve(rows, one_against_rest([0, 0, 0, 1, 1, 1], 2), np.ones(len(TEXTS)), 0.4)
    model = KernelModel.of(Parameters(learnt.arrays(rows, pulls, bias), {}))
    for place, reading in enumerate(readings):
        measured = learnt.likeness[place] @ pulls + bias
        assert model.scores(reading) == pytest.approx(measured, abs=0.02)


def test_a_held_out_message_is_judged_by_the_others():
    _, learnt = examples()
    rows = np.arange(len(TEXTS))
    targets = one_against_rest([0, 0, 0, 1, 1, 1], 2)
    held = learnt.held_out(rows, targets, np.ones(len(TEXTS)), 0.4, count=6)
    assert (held.argmax(axis=1) == [0, 0, 0, 1, 1, 1]).all()


def test_trees_kept_as_arrays_answer_like_the_fitted_ones():
    rng = np.random.default_rng(0)
    facts = rng.normal(size=(400, 3))
    fitted = _boosted(facts, facts[:, 0] * facts[:, 1] > 0, np.ones(400))
    assert Trees.of(_arrays(fitted)).chances(facts) == pytest.approx(fitted.predict_proba(facts)[:, 1], abs=1e-6)


def test_calibration_makes_overconfident_scores_modest():
    scores = np.tile([[5.0, -5.0], [-5.0, 5.0]], (50, 1))
    truth = np.tile([0, 1], 50)
    truth[:20] = 1 - truth[:20]
    chances = calibrate(scores, truth).chances(scores)
    assert chances.max(axis=1).mean() == pytest.approx(0.8, abs=0.02)


def test_margins_raise_the_critical_ones_when_they_must():
    scores = np.array([[0.0, 0.0, 1.0], [3.0, 0.0, 0.0], [0.0, 0.0, 2.0], [0.0, 0.0, 2.0]])
    truth = np.array([0, 0, 2, 2])
    told = urgency.decide(scores, urgency.best_margins(scores, truth, 1.0))
    assert urgency.measures(told, truth)["critical_as_critical_or_urgent"] == 1.0


def test_a_span_meets_one_true_span_only():
    assert scoring.matched(["请恢复供水", "恢复供水"], ["请尽快恢复供水"]) == 1
    assert scoring.macro_f1([("a", "a"), ("b", None)]) == 0.5


def test_missing_data_are_named(tmp_path):
    with pytest.raises(corpus.NoData, match="messages_hot"):
        corpus.rows(tmp_path, "messages_hot")


def test_rows_are_read_plain_and_keep_odd_line_ends(tmp_path):
    (tmp_path / "x.jsonl").write_text(json.dumps({"id": "a\u2028b"}, ensure_ascii=False) + "\n", encoding="utf-8")
    assert corpus.rows(tmp_path, "x") == [{"id": "a\u2028b"}]


def test_parameters_of_another_version_or_damaged_are_refused(tmp_path):
    Parameters({"a": np.ones(2)}, {"features": 1}).save("m", tmp_path)
    assert load("m", 1, tmp_path).arrays["a"].sum() == 2
    with pytest.raises(BadParameters, match="features 1"):
        load("m", 2, tmp_path)
    (tmp_path / "m.npz").write_bytes(b"nonsense")
    with pytest.raises(BadParameters):
        load("m", 1, tmp_path)


def test_few_points_stand_for_all_even_when_messages_repeat(monkeypatch):
    monkeypatch.setattr(kernel, "LANDMARKS", 5)
    readings, learnt = examples()
    twice = Examples([*readings, *readings], [str(n) for n in range(2 * len(TEXTS))])
    rows = np.arange(2 * len(TEXTS))
    pulls, bias = twice.solve(rows, one_against_rest([0, 0, 0, 1, 1, 1] * 2, 2), np.ones(len(rows)), 0.4)
    model = KernelModel.of(Parameters(twice.arrays(rows, pulls, bias), {}))
    assert len(model.points) == 5
    for place, reading in enumerate(readings):
        assert model.scores(reading).argmax() == place // 3


def test_messages_of_one_kind_teach_each_other_more():
    _, learnt = examples()
    rows = np.arange(len(TEXTS))
    targets = one_against_rest([0, 0, 0, 1, 1, 1], 2)
    apart, _ = learnt.solve(rows, targets, np.ones(len(rows)), 0.4, np.array([0, 1, 0, 1, 0, 1]))
    alike, _ = learnt.solve(rows, targets, np.ones(len(rows)), 0.4)
    assert np.abs(apart).sum() < np.abs(alike).sum()


def test_the_dense_vector_follows_what_words_mean():
    counted = [tokens(*text) for text in TEXTS]
    meaning = {n: np.array([1.0, 0.0]) if n < 3 else np.array([0.0, 1.0]) for n in range(len(TEXTS))}
    arrays = fit_space(counted, meaning, {"停水": np.array([1.0, 0.0]), "公交": np.array([0.0, 1.0])})
    space = Space.of(Parameters(arrays, {}))
    half = len(arrays["scale"]) - 2
    water, bus = (space.read(*text).latent[half:] for text in (("停水", "停水"), ("公交", "公交")))
    assert water[0] * bus[0] + water[1] * bus[1] < 0.5 * np.linalg.norm(water) * np.linalg.norm(bus)


def test_the_open_view_decides_where_the_narrow_one_knows_no_class():
    scores = np.array([[1.0, -1.0, -1.0, -1.0, -1.0, 1.0]])
    narrow = Calibration(3.0, np.array([0.0, 0.0, -30.0]))
    views = TwoViews(narrow, Calibration(3.0, np.zeros(3)), np.array([0.0, 0.0, 0.0, -9.0]))
    assert views.chances(scores).argmax() == 2
    assert views.chances(scores).sum() == pytest.approx(1)


def test_our_own_labels_hold_places_and_no_words():
    assert corpus.own_labels("messages") and corpus.own_labels("unit_kinds") and corpus.own_labels("replies")
    for name, allowed in (("messages", {"id", "topic", "urgency", "sure"}), ("unit_kinds", {"id", "kind"})):
        assert all(set(row) == allowed for row in corpus.own_labels(name).values())
    demands = [d for row in corpus.own_labels("replies").values() for d in row["demands"]]
    assert all("span" not in d and d["start"] < d["end"] for d in demands)
