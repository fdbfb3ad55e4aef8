"""Which risks follow from which signs; each threshold from both sides."""

import pytest

from huixiang.rules.risks import (
    CROWD_MESSAGES,
    HEAT_SUPPLEMENTS,
    HEAT_SUPPORTERS,
    RiskKind,
    Signs,
    becomes_hot,
    risks_of,
)


def kinds(**signs):
    return [found.kind for found in risks_of(Signs(**signs))]


def test_quiet_message_is_no_risk():
    assert risks_of(Signs()) == []


def test_word_of_danger_counts_until_a_person_has_judged():
    assert kinds(danger_words=("起火",)) == [RiskKind.LIFE]
    assert kinds(danger_words=("起火",), is_reviewed=True) == []
    assert kinds(is_critical=True, is_reviewed=True) == [RiskKind.LIFE]


@pytest.mark.parametrize(
    ("sign", "threshold", "kind"),
    [
        ("messages", CROWD_MESSAGES + 1, RiskKind.CROWD),
        ("supporters", HEAT_SUPPORTERS, RiskKind.HEAT),
        ("supplements", HEAT_SUPPLEMENTS, RiskKind.HEAT),
    ],
)
def test_counts_become_a_risk_at_their_threshold(sign, threshold, kind):
    assert kinds(**{sign: threshold - 1}) == []
    assert kinds(**{sign: threshold}) == kinds(**{sign: threshold + 30}) == [kind]


def test_one_message_can_carry_every_kind_and_each_is_named_once():
    found = risks_of(
        Signs(
            is_critical=True, danger_words=("跳楼",), crowd_words=("堵路",), minors_words=("学生", "跳楼"),
            media_words=("记者",), messages=9, supporters=50, supplements=7,
        )
    )  # fmt: skip
    assert [f.kind for f in found] == list({f.kind: 0 for f in found}) and {f.kind for f in found} == set(RiskKind)


def test_reasons_are_said_in_words_and_long_links_are_cut():
    [found] = risks_of(Signs(supporters=75, media_words=("记者", "https://example.com/" + "x" * 200)))
    assert found.why.startswith("75人也遇到；提到“记者”、“https://example.com/") and len(found.why) < 100


def test_case_becomes_hot_exactly_once():
    assert [n for n in range(1, 90) if becomes_hot(n)] == [HEAT_SUPPORTERS]
