"""The knowledge base: two people per answer, where and how long it holds, and what the gate makes of it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from tests.cast import MORNING, fresh

from huixiang.cases import gate, knowledge, knowledge_access
from huixiang.cases.actions import keeping_knowledge, publishing, replying
from huixiang.cases.actions.keeping_knowledge import Words
from huixiang.cases.choices import Lane
from huixiang.cases.models import Case, KnowledgeEntry
from huixiang.cases.refusals import Refused
from huixiang.units.access import actor_of

TODAY = MORNING.date()
ANSWER = (
    "在本市连续缴存住房公积金满三个月、在本市没有自有住房的职工，可以提取公积金付房租。请带身份证和无房证明，到就近的公积金"
    "窗口办理，也可以在公积金官网提交申请，三个工作日内办结，款项打到本人银行卡。每年可以提取一次，额度以窗口公布的为准。"
)
BASIS = "《住房公积金管理条例》第二十四条"
SAID = f"{ANSWER}\n\n依据：{BASIS}"


def words(town, **changes):
    given = {
        "question": "租房怎样提取公积金？", "answer": ANSWER, "basis": BASIS, "region": town.regions["岳麓区"],
        "valid_until": TODAY + timedelta(days=90), **changes,
    }  # fmt: skip
    return Words(**given)


def entry_of(town, *, by="承办人", unit="住建局", approved=True, **changes):
    entry = keeping_knowledge.write(words(town, **changes), town.units[unit], town.act(by))
    return keeping_knowledge.approve(entry, town.act("审核人"), seen_version=1) if approved else entry


def simple(town, **message):
    case = town.handling(**message)
    Case.objects.filter(pk=case.pk).update(lane=Lane.SIMPLE)
    return fresh(case)


def empty_draft(town, case):
    return replying.draft(case, town.units["住建局"], "final", town.act("承办人"))


def test_writer_does_not_approve_their_own_answer(town):
    entry = entry_of(town, by="审核人", approved=False)
    with pytest.raises(Refused, match="另一位"):
        keeping_knowledge.approve(entry, town.act("审核人"), seen_version=1)
    entry = keeping_knowledge.approve(entry, town.act("负责人"), seen_version=1)
    assert (entry.state, entry.approved_by, entry.approved_at) == ("approved", town.people["负责人"], MORNING)


def test_nobody_approves_a_text_that_changed_since_they_read_it(town):
    entry = entry_of(town, approved=False)
    changed = keeping_knowledge.change(
        entry, words(town, answer="改过的答复"), town.act("承办人"), seen_version=1
    )  # fmt: skip
    with pytest.raises(Refused, match="刚改过"):
        keeping_knowledge.approve(entry, town.act("审核人"), seen_version=1)
    assert keeping_knowledge.approve(changed, town.act("审核人"), seen_version=2).state == "approved"


def test_changed_answer_has_to_be_approved_again(town):
    entry = entry_of(town)
    entry = keeping_knowledge.change(entry, words(town, question="怎样提取？"), town.act("负责人"), seen_version=1)
    assert (entry.state, entry.approved_by, entry.written_by) == ("draft", None, town.people["负责人"])
    assert not KnowledgeEntry.objects.in_force(TODAY, "430104").exists()


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"valid_until": TODAY - timedelta(days=1)}, "早于今天"),
        ({"valid_until": TODAY + timedelta(days=731)}, "最长两年"),
    ],
)
def test_last_day_lies_between_today_and_two_years_ahead(town, changes, why):
    with pytest.raises(Refused, match=why):
        entry_of(town, **changes)
    entry_of(town, valid_until=TODAY)
    entry_of(town, valid_until=TODAY + timedelta(days=730))


def test_unit_answers_only_for_its_region_and_below(town):
    with pytest.raises(Refused, match="所在地区"):
        entry_of(town, region=town.regions["长沙市"])
    entry_of(town, region=town.regions["望月湖街道"])


def test_database_refuses_an_approval_by_the_writer_and_one_by_nobody(town):
    entry = entry_of(town, approved=False)
    for changes in (
        {"approved_by": entry.written_by, "approved_at": MORNING},
        {"state": "approved"},
        {"basis": ""},
        {"state": "lost"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            KnowledgeEntry.objects.filter(pk=entry.pk).update(**changes)


def test_only_approved_unexpired_answers_of_the_place_are_in_force(town):
    here = entry_of(town)
    township = entry_of(town, region=town.regions["望月湖街道"])
    entry_of(town, approved=False)
    keeping_knowledge.retire(entry_of(town), town.act("负责人"), seen_version=1)
    ending = entry_of(town, valid_until=TODAY)
    found = KnowledgeEntry.objects.in_force
    assert set(found(TODAY, town.regions["岳麓区"])) == {here, ending}
    assert set(found(TODAY, "430104001")) == {here, township, ending}
    assert set(found(TODAY + timedelta(days=1), "430104")) == {here}
    assert not found(TODAY, "430111").exists()


def test_likest_question_of_the_topic_comes_first_and_five_at_most(town):
    case = simple(town, title="租房提取公积金要什么材料", body="我在岳麓区租房，请问怎样提取公积金付房租？")
    Case.objects.filter(pk=case.pk).update(topic_id="housing.property")
    case = fresh(case)
    best = entry_of(town)
    above = entry_of(town, question="提取公积金买房要多久？", topic=case.topic.parent)
    other = entry_of(town, question="租房怎样提取公积金", topic=type(case.topic).objects.get(code="labour.wages"))
    strange = entry_of(town, question="噪声扰民")
    found = knowledge.like(case, on=TODAY)
    assert found == [best, above]
    assert other not in found
    assert strange not in found
    for n in range(6):
        entry_of(town, question=f"租房怎样提取公积金？之{n}")
    assert len(knowledge.like(case, on=TODAY)) == knowledge.MOST_SHOWN


def test_units_see_what_applies_to_them_and_drafts_only_of_their_own(town):
    out, draft = entry_of(town), entry_of(town, approved=False)

    def sees(who):
        return set(knowledge_access.knowledge_for(actor_of(town.people[who], at=MORNING)))

    assert sees("承办人") == sees("审核人") == {out, draft}
    assert sees("供水承办人") == {out}
    assert sees("雨花承办人") == sees("质检员") == sees("律师") == sees("陌生人") == set()


def test_standard_answer_fills_an_empty_draft_with_its_basis(town):
    entry, case = entry_of(town), simple(town)
    reply = empty_draft(town, case)
    reply = keeping_knowledge.fill(reply, entry, town.act("承办人"), seen_version=1)
    assert reply.body == SAID


def test_words_in_the_draft_are_replaced_only_on_request_and_kept_as_a_version(town):
    entry, case = entry_of(town), simple(town)
    reply = town.drafted(case, body="我们已经写了一些话。")
    with pytest.raises(Refused, match="勾选"):
        keeping_knowledge.fill(reply, entry, town.act("承办人"), seen_version=reply.version)
    filled = keeping_knowledge.fill(reply, entry, town.act("承办人"), seen_version=reply.version, replaces=True)
    assert filled.body == entry.as_reply
    assert filled.claimed_resolution == "resolved"
    assert "我们已经写了一些话。" in set(filled.versions.values_list("body", flat=True))


def test_expired_answer_and_other_lanes_do_not_fill(town):
    entry = entry_of(town, valid_until=TODAY)
    reply = empty_draft(town, simple(town))
    late = town.act("承办人", MORNING + timedelta(days=1))
    with pytest.raises(Refused, match="已到期"):
        keeping_knowledge.fill(reply, entry, late, seen_version=1)
    other = empty_draft(town, town.handling())
    with pytest.raises(Refused, match="简易通道"):
        keeping_knowledge.fill(other, entry, town.act("承办人"), seen_version=1)


# -- the gate -------------------------------------------------------------------------------------------------------


def twice(town):
    """A reply with the standard answer, after the same words went out to quite another message of the unit."""
    town.published(town.handling(title="租房怎么提公积金", body="租房想提取公积金，要带什么材料？"), body=SAID)
    case = simple(town, title="外地缴存能在岳麓用吗", body="我刚来上班，单位在外省缴的钱能否拿来付租金，到哪里问？")
    return town.drafted(case, body=SAID)


def said_before(reply, at=MORNING):
    """The faults that hold the reply because its words were said before."""
    return {f.code for f in gate.look(reply, at=at).grave} & {"copied", "repeated"}


@pytest.fixture
def judged(town, monkeypatch):
    """A standard answer said twice, published the first time while the gate stood open."""
    with monkeypatch.context() as open_gate:
        open_gate.setattr(gate, "let_out", lambda *args, **options: {})
        return twice(town)


@pytest.mark.gate
def test_gate_lets_an_approved_answer_be_given_twice_in_the_simple_lane(town, judged):
    assert said_before(judged) == {"copied"}
    entry_of(town)
    assert said_before(judged) == set()


@pytest.mark.gate
@pytest.mark.parametrize("why", ["draft", "expired", "elsewhere", "lane", "changed"])
def test_gate_holds_the_same_words_without_an_answer_in_force(town, judged, why):
    entry = entry_of(town, approved=why != "draft", valid_until=TODAY + timedelta(days=1))
    at = MORNING + timedelta(days=2) if why == "expired" else MORNING
    if why == "elsewhere":
        KnowledgeEntry.objects.filter(pk=entry.pk).update(region=town.regions["雨花区"])
    if why == "lane":
        judged.case.lane = Lane.STANDARD
    if why == "changed":
        KnowledgeEntry.objects.filter(pk=entry.pk).update(answer="请到窗口咨询。" * 8)
    assert said_before(judged, at) == {"copied"}


@pytest.mark.gate
def test_repeated_answer_of_the_case_is_exempt_too(town, monkeypatch):
    case = simple(town)
    with monkeypatch.context() as open_gate:
        open_gate.setattr(gate, "let_out", lambda *args, **options: {})
        town.published(case, kind="initial", body=ANSWER)
    reply = town.drafted(fresh(case), body=ANSWER)
    assert "repeated" in said_before(reply)
    entry_of(town)
    assert said_before(reply) == set()


def test_simple_lane_answers_from_the_knowledge_base_with_one_review(town):
    entry, case = entry_of(town), simple(town, kind="consult")
    reply = keeping_knowledge.fill(empty_draft(town, case), entry, town.act("承办人"), seen_version=1)
    reply = replying.save(
        reply, town.act("承办人"), body=reply.body, seen_version=reply.version,
        details=replying.Details(claimed_resolution="explained"),
    )  # fmt: skip
    reply = replying.send_to_review(reply, town.act("承办人"))
    assert publishing.publish_simple(reply, town.act("审核人")).answered_at == MORNING
