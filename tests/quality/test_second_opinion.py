"""The second opinion: off by default, masked, checked, apart from the first, and harmless when it fails."""

import json
import time
from datetime import timedelta

import pytest
from tests.cast import MORNING
from tests.quality.conftest import DENIAL, HOLLOW, answer
from tests.quality.standin import Endpoint, opinion

from huixiang.cases.choices import Visibility
from huixiang.cases.models import Case, Reply
from huixiang.quality.actions import asking_second, sampling
from huixiang.quality.models import Opinion, SecondOpinion, SecondState
from huixiang.quality.second import answers, material

NOON = MORNING + timedelta(days=3)
SPAN = "已转相关部门处理"
FOUR = ("ostrich", "unowned", "evasion", "red_tape")
REEF = {"code": "red_tape", "severity": 2, "span": SPAN, "why": "只转了文，没有办。"}


@pytest.fixture
def endpoint(settings):
    server = Endpoint()
    settings.LLM_URL, settings.LLM_MODEL, settings.LLM_KEY = server.url, "judge-1", "sk-local"
    settings.LLM_TIMEOUT_SECONDS = 1
    yield server
    server.close()


def sampled(town, body=HOLLOW, **message):
    reply = answer(town, body, **message)
    Reply.objects.filter(pk=reply.pk).update(round=2)
    reply.refresh_from_db()
    assert sampling.note(reply, at=NOON)
    sampling.judge_waiting(at=NOON)
    return reply


def only():
    return SecondOpinion.objects.get()


def test_without_an_endpoint_nobody_is_asked(town, settings):
    assert settings.LLM_URL == ""
    sampled(town)
    assert asking_second.work(at=NOON) == 0 and not SecondOpinion.objects.exists()


def test_both_opinions_are_kept_apart(town, endpoint):
    reply = sampled(town)
    first = Opinion.objects.get(reply=reply)
    before = (first.send_back, first.findings)
    endpoint.said = opinion(True, REEF)
    assert asking_second.work(at=NOON) == 1
    first.refresh_from_db()
    second = only()
    assert (first.send_back, first.findings) == before
    assert (second.state, second.send_back, second.findings) == (SecondState.ANSWERED, True, [REEF])
    assert asking_second.work(at=NOON) == 0 and len(endpoint.got) == 1, "each reply is asked about once"


def test_the_request_is_a_chat_completion_with_the_rubric(town, endpoint):
    sampled(town)
    asking_second.work(at=NOON)
    path, key, body = endpoint.got[0]
    assert (path, key) == ("/v1/chat/completions", "Bearer sk-local")
    assert (body["model"], body["temperature"], body["stream"]) == ("judge-1", 0, False)
    assert all(code in body["messages"][0]["content"] for code in ("ostrich", "red_tape", "hasty_promise"))
    said = json.loads(body["messages"][1]["content"])
    assert said["回复"] == HOLLOW and said["留言日期"] == "2026-11-18"


def test_personal_data_is_masked_before_anything_leaves(town, endpoint):
    sampled(town, "请找王建国（电话13712345678）办理，身份证430102199003077417也请带上，联系人王建国会接待您。")
    asking_second.work(at=NOON)
    sent = json.dumps(endpoint.got[0][2], ensure_ascii=False)
    assert "13712345678" not in sent and "430102199003077417" not in sent and "王建国" not in sent
    assert only().sent_reply in sent


@pytest.mark.parametrize("visibility", [Visibility.PRIVATE, Visibility.REPLY_ONLY])
def test_what_is_not_public_never_leaves(town, endpoint, visibility):
    reply = sampled(town)
    Case.objects.filter(pk=reply.case_id).update(visibility=visibility, public_at=None)
    assert asking_second.work(at=NOON) == 0
    assert endpoint.got == []


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("这条回复不错。", "不是 JSON"),
        ("[]", "不是 JSON 对象"),
        ('{"send_back": true}', "字段"),
        ('{"send_back": "yes", "reefs": []}', "send_back"),
        ('{"send_back": false, "reefs": [], "note": 1}', "字段"),
        ('{"send_back": false, "reefs": {}}', "数组"),
        (opinion(True, {**REEF, "code": "laziness"}), "没有这一类"),
        (opinion(True, {**REEF, "code": ["red_tape"]}), "没有这一类"),
        (opinion(True, {**REEF, "severity": 3}), "severity"),
        (opinion(True, {**REEF, "severity": True}), "severity"),
        (opinion(True, {**REEF, "span": "已经办好"}), "不在回复里"),
        (opinion(True, {**REEF, "span": None}), "不在回复里"),
        (opinion(True, {**REEF, "why": ""}), "why"),
        (opinion(True, {**REEF, "why": "长" * 400}), "why"),
        (opinion(True, {"code": "red_tape"}), "每一项"),
        (opinion(True, REEF, REEF), "两次"),
        (opinion(False, REEF), "send_back"),
        (opinion(False, *[{**REEF, "severity": 1, "code": code} for code in FOUR]), "3"),
        ("[" * 5000, "JSON"),
        ("长" * 9000, "太长"),
    ],
)  # fmt: skip
def test_an_answer_that_is_not_what_was_asked_is_refused(town, endpoint, said, why):
    sampled(town)
    endpoint.said = said
    at = NOON
    for _ in range(asking_second.TRIES_AT_NONSENSE):
        assert asking_second.work(at=at) == 0
        at += timedelta(days=1)
    second = only()
    assert (second.state, second.findings, second.send_back) == (SecondState.REFUSED, [], None)
    assert why in second.last_error
    assert asking_second.work(at=at) == 0 and len(endpoint.got) == asking_second.TRIES_AT_NONSENSE


@pytest.mark.parametrize("raw", [b"<html>busy</html>", b"{}", b'{"choices": []}', b"null", b"\xff\xfe", b""])
def test_garbage_instead_of_a_completion_is_told(town, endpoint, raw):
    sampled(town)
    endpoint.raw = raw
    assert asking_second.work(at=NOON) == 0
    assert only().state == SecondState.WAITING and "chat completions" in only().last_error


@pytest.mark.parametrize("status", [500, 503, 429, 401, 404, 302])
def test_a_refusing_endpoint_is_tried_again_later_and_given_up_in_the_end(town, endpoint, status):
    sampled(town)
    endpoint.status, at = status, NOON
    waits = []
    for _ in range(asking_second.TRIES):
        assert asking_second.work(at=at) == 0
        waits.append(only().next_try_at - at)
        at += timedelta(days=1)
    assert only().state == SecondState.GIVEN_UP and str(status) in only().last_error
    assert waits[:-1] == sorted(waits[:-1]) and waits[0] < waits[3]
    assert all(path == "/v1/chat/completions" for path, _, _ in endpoint.got), "nobody is followed elsewhere"


@pytest.mark.parametrize("fault", ["stall", "drip"])
def test_a_silent_or_dripping_endpoint_is_left_in_time(town, endpoint, fault):
    sampled(town)
    setattr(endpoint, fault, True)
    began = time.monotonic()
    assert asking_second.work(at=NOON) == 0
    assert time.monotonic() - began < 20
    assert only().state == SecondState.WAITING and "没有收到完整的答复" in only().last_error


def test_an_answer_cut_off_by_its_length_is_refused(town, endpoint):
    sampled(town)
    endpoint.finish = "length"
    asking_second.work(at=NOON)
    assert "太长" in only().last_error


def test_a_far_too_long_answer_is_not_read(town, endpoint):
    sampled(town)
    endpoint.raw = b"x" * 500_000
    assert asking_second.work(at=NOON) == 0
    assert "答复太长" in only().last_error


def test_an_unreachable_endpoint_breaks_nothing(town, settings):
    settings.LLM_URL, settings.LLM_MODEL = "http://127.0.0.1:9/v1", "judge-1"
    reply = sampled(town)
    assert asking_second.work(at=NOON) == 0
    assert Opinion.objects.filter(reply=reply).exists()
    assert (only().state, only().last_error) == (SecondState.WAITING, "连接不上对方的服务。")


def test_an_endpoint_that_is_back_answers_at_the_next_try(town, endpoint):
    sampled(town)
    endpoint.status = 500
    asking_second.work(at=NOON)
    endpoint.status = 200
    assert asking_second.work(at=NOON) == 0, "not before its time"
    assert asking_second.work(at=NOON + timedelta(hours=1)) == 1


def test_a_worker_that_died_while_asking_leaves_the_question_to_the_next(town, endpoint, monkeypatch):
    sampled(town)
    monkeypatch.setattr(asking_second.endpoint, "complete", lambda messages: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        asking_second.work(at=NOON)
    monkeypatch.undo()
    assert only().state == SecondState.WAITING and only().next_try_at > NOON


def test_an_absence_and_fenced_or_thought_out_answers_are_understood():
    fenced = f"<think>想一想{{</think>\n```json\n{opinion(True, {**REEF, 'span': ''})}\n```"
    read = answers.read(fenced, HOLLOW)
    assert read.send_back and read.findings[0]["span"] == ""


def test_reviewed_replies_are_not_asked_about(town, endpoint):
    from huixiang.quality.models import Review, Sample

    sampled(town, DENIAL)
    Review.objects.create(sample=Sample.objects.get(), reviewer=town.people["质检员"], at=NOON)
    assert asking_second.work(at=NOON) == 0 and endpoint.got == []


def test_rubric_ships_with_every_reef():
    from huixiang.nlp.reefs import REEFS

    assert all(code in material.rubric() and reef.name in material.rubric() for code, reef in REEFS.items())
