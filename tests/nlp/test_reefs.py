"""The eight reefs: every written example, the registry, and verdicts that hold together."""

import json
from pathlib import Path

import pytest

from huixiang.nlp.reefs import REEFS
from huixiang.nlp.reefs.deciding import decide, questions
from huixiang.nlp.reefs.judging import Draft, Message, judge
from huixiang.nlp.reefs.kinds import OtherReply, Past, Severity
from huixiang.nlp.reefs.wording import in_words
from huixiang.nlp.replies.heads import shipped

EXAMPLES = [
    json.loads(line) for line in (Path(__file__).parent / "reef_examples.jsonl").read_text("utf-8").splitlines()
]
ENOUGH = 0.95


def _codes(example):
    judged = judge(Message("", example["message"]), example["reply"])
    return {finding.code for finding in judged.findings}


@pytest.fixture(scope="module")
def told():
    return [(example, _codes(example)) for example in EXAMPLES]


def test_written_examples_of_a_reef_are_found(told):
    missed = [e["id"] for e, codes in told if e["label"] and e["reef"] not in codes]
    assert len(missed) <= (1 - ENOUGH) * sum(e["label"] for e in EXAMPLES), missed


def test_hard_negatives_are_left_alone(told):
    wrong = [e["id"] for e, codes in told if not e["label"] and e["reef"] in codes]
    assert len(wrong) <= (1 - ENOUGH) * sum(not e["label"] for e in EXAMPLES), wrong


def test_every_reef_has_its_words_its_cure_and_its_name():
    assert list(REEFS) == [
        "ostrich",
        "rash_denial",
        "unowned",
        "cold_cliche",
        "evasion",
        "hasty_promise",
        "off_question",
        "red_tape",
    ]
    for code, reef in REEFS.items():
        assert reef.code == code
        assert reef.name and reef.cure.endswith("。") and reef.reads and reef.absence


def test_every_reef_has_written_examples_of_both_kinds():
    for code in REEFS:
        assert {e["label"] for e in EXAMPLES if e["reef"] == code} == {0, 1}


def test_the_same_courtesy_stands_in_a_good_reply_unpunished():
    good = (
        "您好！我局高度重视，6月10日派2名工作人员到现场核实：3号井盖缺失属实，当天16时已更换。"
        "6月20日前对全街道126个井盖逐一排查，结果在本帖公布。联系人：市政股王股长。感谢您的监督。"
    )
    empty = "您好！您反映的问题我们高度重视，将认真研究，感谢您的理解与支持！"
    message = Message("井盖缺失", "幸福路3号井盖没了，昨天有老人踩空，什么时候能修好？")
    assert not judge(message, good).send_back
    assert judge(message, empty).send_back


def test_findings_quote_exact_words_or_name_the_absence():
    for example in EXAMPLES:
        for finding in judge(Message("", example["message"]), example["reply"]).findings:
            assert finding.span in example["reply"]
            assert bool(finding.span) != bool(finding.absence)
            assert finding.why.endswith("。") and finding.cure


def test_a_reply_is_sent_back_exactly_when_something_grave_is_found():
    for example in EXAMPLES:
        judged = judge(Message("", example["message"]), example["reply"])
        grave = any(f.severity is Severity.SEND_BACK for f in judged.findings)
        assert judged.send_back == (grave or any(remark.is_grave for remark in judged.remarks))


def test_a_verdict_to_send_back_always_names_a_grave_reef():
    chances = dict.fromkeys(questions(), 0.1) | {"send_back": 0.9}
    verdict = decide(chances, dict.fromkeys(questions(), 0.5), {}, frozenset(REEFS))
    assert verdict.send_back
    assert Severity.SEND_BACK in verdict.reefs.values()


def test_a_reef_whose_words_are_missing_is_not_told():
    chances = dict.fromkeys(questions(), 0.1) | {"any.hasty_promise": 0.9}
    verdict = decide(chances, dict.fromkeys(questions(), 0.5), {}, frozenset(REEFS) - {"hasty_promise"})
    assert "hasty_promise" not in verdict.reefs


def test_a_denial_that_another_unit_contradicts_is_sent_back():
    reply = "经了解，该校没有这名教师，您反映的问题不属实。"
    school = OtherReply("K2", "对该教师已批评教育，情况属实，任课已经调整。", "枫林中学", same_matter=True)
    judged = judge(Message("老师骂人", "请查一查枫林中学的老师骂学生"), reply, others=[school])
    assert judged.contradictions
    assert "rash_denial" in {f.code for f in judged.findings if f.severity is Severity.SEND_BACK}


def test_a_claim_that_the_citizen_disproves_is_hasty():
    reply = "您好！我镇已全部拆除违规钓台31处。"
    words = Past("一处都没有拆，我今天拍了照片。", by_citizen=True)
    judged = judge(Message("钓台", "东湖的违规钓台请拆除"), reply, history=[words])
    assert judged.rebuttals
    assert "hasty_promise" in {f.code for f in judged.findings}


def test_saying_the_same_again_in_one_case_is_seen():
    reply = "您好！您反映的问题情况复杂，我们正在核实，后续跟进，请您关注。"
    judged = judge(Message("欠薪", "老板欠我工资"), reply, history=[Past(reply)])
    assert judged.repeats_own
    assert "unowned" in {f.code for f in judged.findings}


def test_a_first_reply_may_not_claim_completion_or_deny():
    message = Message("污水", "泵站往河里排污，请查处")
    early = judge(message, Draft("您好！该泵站已全部整改到位，不存在排污。", kind="initial"))
    assert {"hasty_promise", "rash_denial"} <= {f.code for f in early.findings}
    assert early.send_back


def test_a_first_reply_says_when_the_next_word_comes():
    message = Message("污水", "泵站往河里排污，请查处")
    dated = judge(message, Draft("您好！执法人员正赶往现场取样，明天18时前在本帖公布进展。", kind="initial"))
    silent = judge(message, Draft("您好！执法人员正赶往现场取样。", kind="initial"))
    assert not [f for f in dated.findings if f.absence == "没有下一次告知的时间"]
    assert [f for f in silent.findings if f.absence == "没有下一次告知的时间"]


@pytest.mark.parametrize(
    "reply",
    [
        "",
        " \n\t",
        "好",
        "<p><img src='x.png'></p>",
        "<table><tr><td>序号</td><td>路段</td></tr><tr><td>1</td><td>幸福路</td></tr></table>",
        "😀😀😀🙏",
        "\ud800坏字符\x00",
        "|序号|路段|完成|\n|1|幸福路|是|",
        "您好" * 10_000,
        "（" * 20_000,
        "1月" * 3_000,
    ],
)
def test_any_text_gets_a_judgement(reply):
    judged = judge(Message("路灯", "路灯不亮"), Draft(reply))
    assert all(finding.span in reply for finding in judged.findings)
    assert judged.findings or judged.remarks or not judged.send_back


@pytest.mark.parametrize("reply", ["", "  ", "<img src='a.png'>"])
def test_a_reply_without_content_is_sent_back(reply):
    assert judge(Message("路灯", "路灯不亮"), Draft(reply)).send_back


def test_what_is_missing_narrows_the_judgement_and_is_said():
    judged = judge(None, "您反映的问题已转县城管局调查处理。")
    assert len(judged.narrowed) >= 2
    assert "off_question" not in {f.code for f in judged.findings}
    assert not judged.demands


def test_every_piece_of_evidence_can_be_said_in_words():
    words = in_words(shipped().reply.features)
    assert all(words) and len(set(words)) > 0.9 * len(words)
