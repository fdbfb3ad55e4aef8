"""Every "only one" of the quality room under real concurrency on PostgreSQL."""

from datetime import date, timedelta
from functools import partial

import pytest
from tests import racing
from tests.cast import MORNING, build_town, restore_migrated_rows
from tests.quality.conftest import DENIAL, HOLLOW, answer
from tests.quality.standin import Endpoint, opinion

from huixiang.accounts.models import User
from huixiang.accounts.roles import Role
from huixiang.cases.models import Reply
from huixiang.cases.refusals import Refused
from huixiang.quality import access, judging
from huixiang.quality.actions import asking_second, looking_back, reviewing, sampling
from huixiang.quality.figures import Figures
from huixiang.quality.models import LookBack, LookBackState, Opinion, Review, Sample, SampleDraw, SecondOpinion
from huixiang.units.access import actor_of
from huixiang.units.models import Membership

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
WRITERS = 8
NIGHT = MORNING + timedelta(days=10)


@pytest.fixture
def town(transactional_db):
    yield build_town()
    restore_migrated_rows()


at_once = partial(racing.at_once, met=Refused)


def ask(town):
    unit, actor = town.units["区政府"], actor_of(town.people["督办员"], at=MORNING)
    days = {"from_on": date(2026, 11, 1), "until_on": date(2026, 11, 30)}
    return looking_back.ask(access.replies(actor, unit), unit, town.act("督办员", NIGHT), **days)


def test_the_same_question_at_once_opens_one_look_back(town):
    answer(town)
    found = at_once(lambda n: ask(town))
    assert len({one.pk for one in found}) == 1 and LookBack.objects.count() == 1
    assert LookBack.objects.get().looked.count() == 1


def test_eight_workers_judge_each_reply_once(town, monkeypatch):
    monkeypatch.setattr(looking_back, "BATCH", 2)
    replies = [answer(town, HOLLOW) for _ in range(9)]
    look_back = ask(town)

    def work(n):
        while LookBack.objects.exclude(state=LookBackState.DONE).exists():
            looking_back.work(at=NIGHT)

    at_once(work)
    look_back.refresh_from_db()
    assert look_back.state == LookBackState.DONE and Figures.of(look_back.summary).replies == len(replies)
    assert Opinion.objects.count() == len(replies) == look_back.looked.exclude(opinion=None).count()


def test_one_opinion_per_reply_whoever_judges(town):
    reply = Reply.objects.select_related("case").get(pk=answer(town, HOLLOW).pk)
    found = at_once(lambda n: judging.opinions([reply], at=NIGHT)[reply.pk].pk)
    assert len(set(found)) == 1 and Opinion.objects.count() == 1


def test_one_sample_per_reply_and_one_draw_per_month(town):
    denied, plain = answer(town, DENIAL), answer(town)
    after = MORNING.replace(month=12, day=2)

    def draw(n):
        if n % 2:
            sampling.note(Reply.objects.select_related("case").get(pk=denied.pk), at=after)
        return sampling.draw("2026-11", at=after)

    at_once(draw)
    assert SampleDraw.objects.count() == 1
    assert set(Sample.objects.values_list("reply_id", flat=True)) <= {denied.pk, plain.pk}
    assert Sample.objects.filter(reply=denied).count() == 1


def test_one_review_per_sample(town):
    sample = Sample.objects.create(reply=answer(town, HOLLOW), period="2026-11", why="share", drawn_at=NIGHT)
    sampling.judge_waiting(at=NIGHT)
    sample.refresh_from_db()
    codes = [finding["code"] for finding in sample.opinion.findings]
    for n in range(WRITERS):
        user = town.people[f"质检{n}"] = User.objects.create_staff(f"质检{n}", "a long test password", f"质检{n}")
        Membership.objects.create(user=user, role=Role.QUALITY_INSPECTOR, region=town.regions["湖南省"])
    found = at_once(
        lambda n: reviewing.review(sample, town.act(f"质检{n}", NIGHT), agreed=codes, refuted={}),
    )
    assert sum(isinstance(one, Review) for one in found) == 1 == Review.objects.count()
    assert sum(isinstance(one, reviewing.AlreadyReviewed) for one in found) == WRITERS - 1
    assert Review.objects.get().verdicts.count() == len(codes)


def test_eight_workers_ask_an_endpoint_once(town, settings):
    endpoint = Endpoint()
    settings.LLM_URL, settings.LLM_MODEL, settings.LLM_TIMEOUT_SECONDS = endpoint.url, "judge-1", 5
    endpoint.said = opinion()
    Sample.objects.create(reply=answer(town, HOLLOW), period="2026-11", why="share", drawn_at=NIGHT)
    sampling.judge_waiting(at=NIGHT)
    found = at_once(lambda n: asking_second.work(at=NIGHT))
    endpoint.close()
    assert sum(found) == 1 == len(endpoint.got) and SecondOpinion.objects.get().tries == 1
