"""The site learns from what its people settled: better models come into use, worse ones do not, and one can go back."""

from dataclasses import replace
from datetime import timedelta
from random import Random

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from tests.cast import MORNING

from huixiang.cases.models import Case
from huixiang.jobs.delivering import deliver
from huixiang.nlp.adapting import Adaptation, logs
from huixiang.nlp.topics import Topic
from huixiang.nlp.training.adapting import Decided, Score, TooFew, score, train
from huixiang.triage import figures, keeping, learning
from huixiang.triage.models import Suggestion

NAMES = ("乙", "甲", "丙")


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


def settled(count, *, wrong=0.0, seed=1):
    """Messages of which the shipped model always says 甲 while the vector tells 甲 from 乙."""
    chance = Random(seed)
    rows = []
    for n in range(count):
        truth = "甲" if chance.random() < 0.5 else "乙"
        latent = np.zeros(8, dtype=np.float32)
        latent[0 if truth == "甲" else 1] = 1.0
        told = truth if chance.random() >= wrong else chance.choice(NAMES)
        rows.append(Decided(f"HX{n}", [Topic("甲", 0.6), Topic("乙", 0.3), Topic("丙", 0.1)], latent, told))
    return rows


def parameters(date="2026-01-01"):
    return train(settled(300), 0.5, None, date).parameters


def test_a_correction_learns_what_the_shipped_model_gets_wrong():
    outcome = train(settled(300), 0.5, None, "2026-01-01")
    assert outcome.old.accuracy < 0.7
    assert outcome.new.accuracy == 1.0
    assert not outcome.new.is_worse_than(outcome.old)
    assert outcome.old.messages == outcome.new.messages


def test_the_held_back_messages_are_the_same_each_time_and_never_learnt():
    first, second = settled(300), settled(300, seed=2)
    assert [one.is_held_back for one in first] == [one.is_held_back for one in second]
    outcome = train(first, 0.5, None, "")
    assert outcome.learnt + outcome.new.messages == 300


def test_too_few_messages_teach_nothing():
    with pytest.raises(TooFew) as few:
        train(settled(50), 0.5, None, "")
    assert few.value.learnt + few.value.held_back == 50


def test_without_evidence_the_shipped_probabilities_stand():
    still = Adaptation(np.zeros((8, 3), np.float32), np.zeros(3, np.float32), NAMES, 0.5, "")
    ranked = [Topic("甲", 0.6), Topic("乙", 0.3), Topic("丙", 0.1)]
    assert [t.name for t in still.topics(ranked, np.ones(8, np.float32))] == ["甲", "乙", "丙"]
    assert still.topics(ranked, np.ones(8, np.float32))[0].p == pytest.approx(0.6, abs=1e-3)


def test_a_topic_unknown_to_the_model_is_next_to_impossible_not_an_error():
    assert logs([Topic("甲", 1.0)], ["甲", "丁"])[1] < -10


def test_a_worse_model_is_told_from_a_better_one():
    good, bad = Score(100, 0.9, 0.8, 0.95, 0.4), Score(100, 0.8, 0.9, 0.85, 0.6)
    assert bad.is_worse_than(good)
    assert not good.is_worse_than(bad)
    assert Score(100, 0.9, 0.8, 0.95, 0.5).is_worse_than(good)


def test_a_kept_model_is_used_at_once_and_can_be_rolled_back():
    assert keeping.current() is None
    keeping.keep(parameters(), "20260101-000000")
    keeping.keep(parameters("2026-02-01"), "20260201-000000")
    assert keeping.current().date == "2026-02-01"
    assert keeping.roll_back() == "20260101-000000"
    assert keeping.current().date == "2026-01-01"
    assert keeping.roll_back() == keeping.SHIPPED
    assert keeping.current() is None
    with pytest.raises(keeping.NothingBefore):
        keeping.roll_back()


def test_a_model_learnt_on_top_of_another_shipped_one_is_left_aside(monkeypatch):
    keeping.keep(parameters(), "20260101-000000")
    assert not keeping.is_outgrown()
    monkeypatch.setattr(keeping, "base", lambda: "another")
    assert keeping.current() is None
    assert keeping.is_outgrown()


def test_only_the_last_few_models_are_kept():
    for n in range(8):
        keeping.keep(parameters(), f"2026010{n}-000000")
    kept = sorted(path.name for path in keeping.folder().iterdir() if path.is_dir())
    assert kept == [f"2026010{n}-000000" for n in range(3, 8)]


def test_a_worse_training_changes_nothing(town, monkeypatch):
    keeping.keep(parameters(), "20260101-000000")
    turned = {"甲": "乙", "乙": "甲"}
    misleading = [row if row.is_held_back else replace(row, topic=turned[row.topic]) for row in settled(300)]
    monkeypatch.setattr(learning, "decided", lambda: misleading)
    outcome, is_kept = learning.learn(MORNING)
    assert outcome.new.accuracy < outcome.old.accuracy
    assert not is_kept
    assert keeping.current_name() == "20260101-000000"


def test_the_command_says_when_there_is_too_little(town):
    with pytest.raises(CommandError, match="数据太少"):
        call_command("train")
    with pytest.raises(CommandError, match="没有更早的模型"):
        call_command("train", roll_back=True)


def test_what_was_settled_is_learnt_and_reports_and_history_are_not(town):
    mine = town.closed(title="水压低")
    imported, report = town.closed(title="水管"), town.closed(title="举报水泵")
    Case.objects.update(topic="housing.water")
    Case.objects.filter(pk=imported.pk).update(is_historical=True)
    Case.objects.filter(pk=report.pk).update(kind="report", visibility="private", public_at=None)
    (one,) = learning.decided()
    assert (one.key, one.topic) == (mine.number, "城乡建设")


def test_a_month_with_too_little_says_so_and_a_full_one_gives_its_share(town):
    assert not figures.months(MORNING)[0].is_enough
    for n in range(figures.ENOUGH):
        case = town.approved(title=f"停水第{n}天")
        Case.objects.filter(pk=case.pk).update(topic="housing.water" if n % 3 else "labour.wages", urgency="urgent")
        Suggestion.objects.create(case=case, question="topic", value="housing.property", p=0.8, made_at=MORNING)
        Suggestion.objects.create(case=case, question="urgency", value="normal", made_at=MORNING)
    month = figures.months(MORNING)[0]
    assert month.accuracy == pytest.approx(20 / 30)
    assert (month.exactness, month.silence) == (0, 0)
    assert month.confidence == pytest.approx(0.8)
    assert (month.missed, month.pressing) == (30, 30)


def test_the_share_of_a_topic_is_compared_with_the_months_before(town):
    for n in range(2 * figures.ENOUGH):
        at = MORNING if n % 2 else MORNING - timedelta(days=40)
        case = town.submit(title=f"停水第{n}天", at=at)
        topic = "housing.water" if n % 2 else "labour.wages"
        Suggestion.objects.create(case=case, question="topic", value=topic, p=0.8, made_at=at)
    changes = {row.name: row.change for row in figures.drifts(figures.months(MORNING))}
    assert changes == {"城乡建设": 100, "劳动和社会保障": -100}


def test_the_page_of_figures_opens_with_and_without_data(town, desk):
    browser = desk("交办员")
    assert "还没有数据" in browser.get("/desk/triage/figures/").content.decode()
    town.submit(title="小区停水三天")
    deliver(at=MORNING)
    page = browser.get("/desk/triage/figures/").content.decode()
    assert "数据太少" in page


def test_judging_follows_a_model_that_came_into_use():
    held = [one for one in settled(300) if one.is_held_back]
    assert score(held, Adaptation.of(parameters()), 0.5).accuracy == 1.0
