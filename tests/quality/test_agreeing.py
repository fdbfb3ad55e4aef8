"""Cohen's kappa: against figures worked out by hand, month by month, and silence where the sample is too small."""

from datetime import timedelta

import pytest
from tests.cast import MORNING
from tests.quality.conftest import SOUND, answer

from huixiang.quality import access
from huixiang.quality.agreeing import FEWEST_REPLIES, Agreement, agreements, by_month
from huixiang.quality.models import ReefVerdict, Review, Sample
from huixiang.units.access import actor_of


@pytest.mark.parametrize(
    ("counts", "kappa"),
    [
        # 50 replies: 20 both, 5 only one, 10 only the other, 15 neither: (0.7 - 0.5) / (1 - 0.5).
        ((50, 20, 5, 10), 0.4),
        ((40, 10, 0, 0), 1.0),
        ((40, 0, 20, 20), -1.0),
        ((100, 25, 25, 25), 0.0),
    ],
)
def test_kappa_is_the_textbook_figure(counts, kappa):
    found = Agreement("evasion", *counts)
    assert found.kappa == pytest.approx(kappa) and not found.is_few


def test_where_chance_agrees_fully_there_is_no_kappa():
    assert Agreement("evasion", 50).kappa is None
    assert Agreement("evasion", 50, both=50).kappa is None
    assert Agreement("evasion", 0).kappa is None


@pytest.mark.parametrize("counts", [(FEWEST_REPLIES - 1, 10, 2, 2), (200, 2, 1, 1)])
def test_a_small_sample_gives_no_figure(counts):
    assert Agreement("evasion", *counts).is_few


def reviewed(town, period, *verdicts, **message):
    reply = answer(town, SOUND, **message)
    sample = Sample.objects.create(reply=reply, period=period, why="share", drawn_at=MORNING)
    done = Review.objects.create(sample=sample, reviewer=town.people["质检员"], at=MORNING + timedelta(days=1))
    for code, judged, said in verdicts:
        ReefVerdict.objects.create(review=done, code=code, judged=judged, said=said, reason="理由")


def test_verdicts_are_counted_for_each_reef_and_month(town):
    reviewed(town, "2026-10", ("evasion", 2, 2), ("ostrich", 1, 0))
    reviewed(town, "2026-10", ("evasion", 0, 1))
    reviewed(town, "2026-11")
    reviews = access.reviews(actor_of(town.people["质检员"], at=MORNING))
    whole = {one.code: (one.replies, one.both, one.only_judged, one.only_reviewer) for one in agreements(reviews)}
    assert whole["evasion"] == (3, 1, 0, 1) and whole["ostrich"] == (3, 0, 1, 0) and whole["unowned"] == (3, 0, 0, 0)
    months = by_month(reviews)
    assert list(months) == ["2026-11", "2026-10"]
    assert {one.replies for one in months["2026-10"]} == {2} and {one.both for one in months["2026-11"]} == {0}


def test_the_figures_are_of_ones_own_region(town):
    reviewed(town, "2026-11", region="雨花区", unit="住建局")
    assert access.reviews(actor_of(town.people["督办员"], at=MORNING)).count() == 0
    assert access.reviews(actor_of(town.people["质检员"], at=MORNING)).count() == 1
