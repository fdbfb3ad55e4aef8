"""The pages of sampling and agreement: who enters, reviewing by form, both opinions apart."""

from datetime import timedelta

import pytest
from tests.cast import MORNING
from tests.quality.conftest import HOLLOW, SOUND, answer

from huixiang.accounts.models import User
from huixiang.accounts.roles import Role
from huixiang.cases.gate_choices import OverrideState
from huixiang.cases.models import GateOverride, Reply
from huixiang.quality.actions import sampling
from huixiang.quality.models import ReefVerdict, Review, Sample, SampleReason, SecondOpinion, SecondState
from huixiang.units.models import Membership

NOON = MORNING + timedelta(days=3)
HERE, AGREEMENT = "/desk/quality/samples/", "/desk/quality/agreement/"


@pytest.fixture(autouse=True)
def today(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOON)


@pytest.fixture
def other(town, desk):
    """The browser of an inspector who passed none of the replies."""
    user = town.people["另一质检员"] = User.objects.create_staff("另一质检员", "a long test password", "另一质检员")
    Membership.objects.create(user=user, role=Role.QUALITY_INSPECTOR, region=town.regions["湖南省"])
    return desk("另一质检员")


def sampled(town, body=HOLLOW):
    Sample.objects.create(reply=answer(town, body), period="2026-11", why=SampleReason.SHARE, drawn_at=NOON)
    sampling.judge_waiting(at=NOON)
    return Sample.objects.last()


def path_of(sample):
    return f"{HERE}{sample.pk}/"


def words_on(sample, word="agree", **change):
    given = {f"verdict_{f['code']}": word for f in sample.opinion.findings}
    return {**given, **change}


@pytest.mark.parametrize("who", ["督办员", "负责人", "承办人", "审核员", "分析员", "领导", "陌生人"])
def test_only_inspectors_review(town, desk, who):
    sample = sampled(town)
    browser = desk(who)
    assert browser.get(HERE).status_code == 403
    assert browser.get(path_of(sample)).status_code == 403
    assert browser.post(path_of(sample), words_on(sample)).status_code == 403 and not Review.objects.exists()


def test_whoever_passed_a_reply_does_not_get_it(town, desk):
    sample = sampled(town)
    browser = desk("质检员")
    assert sample.reply.case.number not in browser.get(HERE).content.decode()
    assert browser.get(path_of(sample)).status_code == 404
    assert browser.post(path_of(sample), words_on(sample)).status_code == 404 and not Review.objects.exists()


def test_what_waits_is_listed_with_why(town, other):
    sample = sampled(town)
    page = other.get(HERE).content.decode()
    assert sample.reply.case.number in page and "按比例抽中" in page and "应退回" in page


def test_what_could_not_be_judged_is_counted(town, other):
    Sample.objects.create(
        reply=answer(town, HOLLOW), period="2026-11", why=SampleReason.SHARE, drawn_at=NOON, error="ValueError: odd"
    )
    assert "另有1条抽中的回复没有判断成" in other.get(HERE).content.decode()


def test_agreeing_goes_on_to_the_next(town, other):
    first, second = sampled(town), sampled(town)
    response = other.post(path_of(first), words_on(first))
    assert response.headers["Location"] == path_of(second)
    assert all(v.judged == v.said for v in ReefVerdict.objects.filter(review__sample=first))
    page = other.get(path_of(first)).content.decode()
    assert "复核意见" in page and '<form class="panel' not in page


def test_disagreeing_without_a_reason_keeps_the_rest(town, other):
    sample = sampled(town)
    response = other.post(path_of(sample), words_on(sample, "refute", note="写得太短"))
    page = response.content.decode()
    assert response.status_code == 422 and "请写明理由" in page and "写得太短" in page and not Review.objects.exists()


def test_no_word_on_a_finding_is_asked_for(town, other):
    response = other.post(path_of(sampled(town)), {})
    assert response.status_code == 422 and "请选择“您的意见”" in response.content.decode()


def test_a_missed_reef_is_chosen_from_the_words_of_the_reply(town, other):
    sample = sampled(town, SOUND)
    page = other.get(path_of(sample)).content.decode()
    assert "今后每月检查一次" in page.split('name="missed_span"')[1].split("</select>")[0]
    missed = {"missed_code": "hasty_promise", "missed_weight": "1", "missed_span": "3", "missed_reason": "没写谁去"}
    assert other.post(path_of(sample), words_on(sample, **missed)).status_code == 302
    verdict = ReefVerdict.objects.get(code="hasty_promise")
    assert verdict.said == 1 and verdict.span and verdict.span in sample.reply.body


@pytest.mark.parametrize(
    "change", [{"missed_weight": ""}, {"missed_reason": ""}, {"missed_span": "99"}, {"missed_code": "laziness"}]
)
def test_half_a_missed_reef_is_not_recorded(town, other, change):
    sample = sampled(town, SOUND)
    missed = {"missed_code": "evasion", "missed_weight": "2", "missed_span": "", "missed_reason": "没有日期"}
    response = other.post(path_of(sample), words_on(sample, **{**missed, **change}))
    assert response.status_code == 422 and not Review.objects.exists()


def test_the_slower_of_two_is_told(town, other):
    sample = sampled(town)
    Review.objects.create(sample=sample, reviewer=town.people["督办员"], at=NOON)
    response = other.post(path_of(sample), words_on(sample))
    assert response.status_code == 409 and "刚刚有同事复核过" in response.content.decode()


def test_a_reply_that_was_let_pass_says_why(town, other):
    sample = sampled(town)
    GateOverride.objects.create(
        reply=sample.reply, unit=sample.reply.unit, version=1, codes=["red_tape"], state=OverrideState.APPROVED,
        reason="先公布转办去向，三天内补充", asked_by=town.people["承办人"], asked_at=NOON,
        decided_by=town.people["负责人"], decided_at=NOON,
    )  # fmt: skip
    assert "先公布转办去向" in other.get(path_of(sample)).content.decode()


def test_the_second_opinion_stands_apart_from_the_first(town, other):
    sample = sampled(town, SOUND)
    SecondOpinion.objects.create(
        sample=sample, model="judge-1", state=SecondState.ANSWERED, send_back=True, answered_at=NOON, next_try_at=NOON,
        sent_reply=SOUND, findings=[{"code": "evasion", "severity": 2, "span": "", "why": "没有给日期"}],
    )  # fmt: skip
    page = other.get(path_of(sample)).content.decode()
    assert "第二意见" in page and "judge-1" in page and "没有给日期" in page and "没有发现八类问题" in page


@pytest.mark.parametrize(("url", "shown"), [("", False), ("http://127.0.0.1:9/v1", True)])
def test_a_second_opinion_that_waits_shows_only_where_one_is_set(town, other, settings, url, shown):
    settings.LLM_URL = url
    sample = sampled(town)
    SecondOpinion.objects.create(sample=sample, model="judge-1", next_try_at=NOON)
    assert ("等待答复" in other.get(path_of(sample)).content.decode()) is shown


@pytest.mark.parametrize(
    ("who", "status"),
    [("质检员", 200), ("督办员", 200), ("领导", 200), ("负责人", 403), ("承办人", 403), ("陌生人", 403)],
)
def test_who_reads_the_agreement(town, desk, who, status):
    assert desk(who).get(AGREEMENT).status_code == status


def test_few_reviews_give_no_figure(town, desk, other):
    sample = sampled(town)
    other.post(path_of(sample), words_on(sample))
    page = other.get(AGREEMENT).content.decode()
    assert "已复核1条" in page and "2026年11月" in page and page.count("样本太少") >= 16


def test_enough_reviews_give_kappa_with_its_number(town, desk):
    reply = answer(town, SOUND)
    for n in range(40):
        copy = Reply.objects.get(pk=reply.pk)
        copy.pk = None
        copy.save(force_insert=True)
        sample = Sample.objects.create(reply=copy, period="2026-11", why="share", drawn_at=NOON)
        done = Review.objects.create(sample=sample, reviewer=town.people["质检员"], at=NOON)
        if n < 10:
            ReefVerdict.objects.create(review=done, code="evasion", judged=2, said=2)
    page = desk("督办员").get(AGREEMENT).content.decode()
    row = page.split("打太极")[1].split("</tr>")[0]
    assert "1.00" in row and ">40<" in row
