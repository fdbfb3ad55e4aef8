"""What triage says about a new message: kept once, quoted from the masked text, never applied by itself."""

import threading

import pytest
from django.db import connections
from tests.cast import MORNING, build_town, fresh, restore_migrated_rows

from huixiang.jobs.delivering import deliver
from huixiang.triage.actions import suggesting
from huixiang.triage.choices import Question
from huixiang.triage.models import Suggestion

STOPPED = "小区停水三天了，老人没有水喝"
PHONE = "13812345678"
STOPPED_BODY = f"岳麓区望月湖街道我们小区自来水停水三天，供水公司一直不来修，请尽快恢复供水。电话{PHONE}。"


def of(case):
    return {s.question: s for s in Suggestion.objects.filter(case=case)}


def test_a_new_message_gets_its_suggestions_with_the_events_that_it_brings(town):
    case = town.submit(title=STOPPED, body=STOPPED_BODY)
    deliver(at=MORNING)
    made = of(case)
    assert set(made) == set(Question)
    assert made[Question.TOPIC].value == "housing.water"
    assert made[Question.TOPIC].p > 0.5
    assert "停水" in made[Question.TOPIC].why
    assert made[Question.URGENCY].value == "urgent"
    assert "停水" in made[Question.URGENCY].why
    assert made[Question.REGION].value == "430104001"
    assert made[Question.UNIT].label == "岳麓清泉供水有限公司"
    assert "权责清单" in made[Question.UNIT].why[0]


def test_nothing_of_a_suggestion_is_applied(town):
    case = town.submit(title=STOPPED, body=STOPPED_BODY)
    deliver(at=MORNING)
    now = fresh(case)
    assert (now.topic, now.urgency, now.lane, now.lead_unit, now.region_id) == (
        None,
        "normal",
        "standard",
        None,
        "430104",
    )


def test_no_suggestion_quotes_personal_data(town):
    case = town.submit(title=STOPPED, body=STOPPED_BODY)
    deliver(at=MORNING)
    assert PHONE not in "".join(f"{s.why}{s.options}{s.label}" for s in of(case).values())


def test_a_message_is_judged_once(town):
    case = town.submit(title=STOPPED, body=STOPPED_BODY)
    assert suggesting.suggest(case, at=MORNING)
    assert not suggesting.suggest(case, at=MORNING)
    assert Suggestion.objects.filter(case=case).count() == len(Question)


def test_a_message_without_a_matter_is_left_to_a_person(town):
    case = town.submit(title="您好您好", body="谢谢谢谢")
    suggesting.suggest(case, at=MORNING)
    assert not of(case)[Question.TOPIC].is_sure


def test_a_place_that_contradicts_the_form_is_asked_about(town):
    case = town.submit(title="荷塘区的公园没有路灯", body="晚上散步一片漆黑，请装几盏路灯。", region="岳麓区")
    suggesting.suggest(case, at=MORNING)
    region = of(case)[Question.REGION]
    assert not region.is_sure
    assert [o["value"] for o in region.options] == ["430104", "430202"]
    assert "不一致" in region.why[0]


def test_a_report_is_never_compared_with_other_messages(town):
    town.approved(title=STOPPED, body=STOPPED_BODY)
    case = town.submit(kind="report", title=STOPPED, body=STOPPED_BODY)
    deliver(at=MORNING)
    assert Question.SAME not in of(case)


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("哦", "哦"),
        ("😀😀😀", "😀" * 300),
        ("Broken street light", "The street light in front of my house is broken."),
        ("自來水停水三天", "我們社區自來水停水三天，請盡快恢復供水。"),
        ("长", "停水三天，" * 800),
        ("\u200b\u202e字", "\x07\x1b[31m停水"),
    ],
)
def test_any_message_is_answered_or_left_open_but_never_breaks(town, title, body):
    case = town.submit(title=title, body=body)
    assert suggesting.suggest(case, at=MORNING)
    assert Question.TOPIC in of(case)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_leave_one_answer_per_question():
    restore_migrated_rows()
    town = build_town()
    case = town.submit(title=STOPPED, body=STOPPED_BODY)
    gate = threading.Barrier(2)

    def work():
        gate.wait()
        suggesting.suggest(fresh(case), at=MORNING)
        connections.close_all()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert Suggestion.objects.filter(case=case).count() == len(Question)
