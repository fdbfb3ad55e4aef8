"""Each notice has its words: one template per event and audience, none to spare, nothing asked for that is unknown."""

import pytest

from huixiang.jobs.audiences import AUDIENCES, FACTS
from huixiang.notices import wording
from huixiang.notices.channels import SENDERS
from huixiang.notices.models import Channel
from huixiang.notices.wording import BadWords, Template

OF_A_CASE = {"title", "number"}
# Told by no step of the ledger: what their own rooms know of them.
OTHERS = {
    "escalation.deputy": {*OF_A_CASE, "unit_name", "subject"},
    "escalation.superior": {*OF_A_CASE, "unit_name", "subject"},
    "admonition.head": {"kind", "unit_name", "reason", "issued_by"},
    "risk.duty": {*OF_A_CASE, "label", "why", "hours"},
    "digest.staff": {"due_count", "red_count", "black_count", "list"},
}
KNOWN = {
    **{
        f"{step.value}.{audience}": OF_A_CASE | set(FACTS.get(step, {}))
        for audience, (_, steps) in AUDIENCES.items()
        for step in steps
    },
    **OTHERS,
}


def test_every_notifying_step_has_its_template_and_no_template_is_left_over():
    assert wording.names() == set(KNOWN)


@pytest.mark.parametrize("name", sorted(KNOWN))
def test_template_asks_only_for_what_is_known(name):
    template = wording.template(*name.split("."))
    assert template.placeholders <= KNOWN[name]
    assert template.subject and template.body
    assert "{" not in wording._PLACEHOLDER.sub("", template.subject + template.body), "a misspelt placeholder"


@pytest.mark.parametrize("name", sorted(KNOWN))
def test_words_name_the_case_and_fit_their_subject_line(name):
    template = wording.template(*name.split("."))
    # A digest is of many cases, and a talk with a unit may be of none.
    if name not in {"digest.staff", "admonition.head"}:
        assert {"title", "number"} <= template.placeholders
    longest = dict.fromkeys(template.placeholders, "岳麓区人力资源和社会保障局")
    assert len(template.fill(longest).subject) <= 80


def test_missing_template_or_fact_is_named():
    with pytest.raises(BadWords, match="approve.nobody.txt"):
        wording.template("approve", "nobody")
    with pytest.raises(BadWords, match="number"):
        Template("题", "{title}{number}").fill({"title": "a"})


def test_what_a_citizen_wrote_is_never_read_for_placeholders():
    facts = {"title": "{number}{0.__class__}", "number": "HX1"}
    assert Template("题", "“{title}”（{number}）").fill(facts).body == "“{number}{0.__class__}”（HX1）"


def test_every_channel_has_its_sender():
    assert set(SENDERS) == set(Channel)


def test_a_quotation_within_a_quotation_has_the_inner_marks():
    word = Template("{title}超时", "“{title}”（{number}）请尽快办理。{note}").fill(
        {"title": "民警说“调解吧”，又说‘算了’", "number": "HX1", "note": "“好”"}
    )
    assert word.subject == "民警说“调解吧”，又说‘算了’超时"
    assert word.body == "“民警说‘调解吧’，又说“算了””（HX1）请尽快办理。“好”"
