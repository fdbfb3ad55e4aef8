"""Events reach their handlers: once, or again until they succeed; and the watch loop acts at most once."""

from datetime import timedelta

from tests.cast import MORNING

from huixiang.cases.actions import delivering as deliveries
from huixiang.cases.models import Case, EventDelivery
from huixiang.jobs import audiences, delivering
from huixiang.notices.models import Notice


def test_delivered_events_tell_citizen_and_unit_once(town):
    town.assigned()
    assert delivering.deliver(at=MORNING) == 4
    assert delivering.deliver(at=MORNING) == 0
    told = set(Notice.objects.filter(channel="in_app").values_list("user__display_name", "subject"))
    assert ("承办人", "新的交办件，请签收") in told
    assert {subject for _, subject in told} >= {"审核通过", "已交办"}


def test_published_answer_is_found_by_search(town):
    town.answered()
    assert not Case.objects.matching("加压泵").exists()
    delivering.deliver(at=MORNING + timedelta(days=1))
    assert Case.objects.matching("加压泵").count() == 1
    assert Case.objects.matching("压泵").count() == 1, "a pair of characters across word borders is found too"
    assert not Case.objects.matching("飞机场").exists()


def test_failing_handler_stays_visible_and_is_retried_alone(town, monkeypatch):
    town.approved()
    monkeypatch.setitem(audiences.FACTS, "approve", {"title": lambda e: 1 / 0})
    delivering.deliver(at=MORNING)
    [failing] = deliveries.failing()
    assert "tell_citizen" in failing.last_error and "index_text" in failing.done
    monkeypatch.undo()
    assert delivering.deliver(at=MORNING + timedelta(seconds=1)) == 0
    assert delivering.deliver(at=MORNING + timedelta(seconds=6)) == 1
    assert not EventDelivery.objects.exists()


def test_given_up_event_waits_until_a_person_asks_again(town):
    town.submit()
    delivery = EventDelivery.objects.get()
    deliveries.give_up(delivery, town.act("系统管理员"), reason="已人工通知")
    delivering.deliver(at=MORNING)
    assert list(EventDelivery.objects.all()) == [delivery]
    deliveries.retry(delivery, town.act("系统管理员"))
    delivering.deliver(at=MORNING)
    assert not EventDelivery.objects.exists()
