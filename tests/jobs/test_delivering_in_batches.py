"""Telling in batches: no more statements for many than for few, a failing event alone, two loops, a killed one."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.cast import MORNING, build_town, fresh

from huixiang.cases.actions import delivering as deliveries
from huixiang.cases.actions import withdrawing
from huixiang.cases.models import EventDelivery
from huixiang.jobs import audiences, delivering
from huixiang.jobs.turn import Turn
from huixiang.notices.models import Escalation, Notice
from huixiang.supervision import watching


def warned(town, count):
    """Cases whose first word is late: their warnings wait to be told, everything before was told."""
    cases = [town.handling(kind="complaint") for _ in range(count)]
    while delivering.deliver(at=MORNING):
        pass
    at = cases[0].due_at.replace(hour=23)
    watching.sweep(at=at)
    Notice.objects.all().delete()
    return [fresh(case) for case in cases], at


def told(case):
    return Notice.objects.filter(case_id=case.pk, channel="in_app", subject__contains="首次回应超时").count()


def statements(at):
    with CaptureQueriesContext(connection) as seen:
        delivering.deliver(at=at)
    return len(seen)


def test_telling_of_many_takes_no_more_statements_than_telling_of_few(town):
    _, at = warned(town, 2)
    few = statements(at)
    _, at = warned(town, 12)
    # SQLite takes a long INSERT in pieces.
    assert statements(at) <= few + 2


def test_failing_event_waits_alone_and_its_neighbours_are_told(town, monkeypatch):
    (bad, *good), at = warned(town, 4)
    really = audiences.FACTS["warn"]["clock"]

    def clock(event):
        if event.case_id == bad.pk:
            raise ValueError("broken words")
        return really(event)

    monkeypatch.setitem(audiences.FACTS, "warn", {**audiences.FACTS["warn"], "clock": clock})
    delivering.deliver(at=at)
    assert [told(case) > 0 for case in (bad, *good)] == [False, True, True, True]
    failing = list(deliveries.failing())
    assert {row.event.case_id for row in failing} == {bad.pk} and "broken words" in failing[0].last_error
    monkeypatch.undo()
    delivering.deliver(at=max(row.next_try_at for row in failing))
    assert told(bad) == told(good[0]) and not EventDelivery.objects.exists()


def test_batch_that_dies_before_its_end_leaves_nothing_and_is_told_whole_later(town, monkeypatch):
    cases, at = warned(town, 3)
    write = Turn.write

    def die(turn):
        write(turn)
        raise KeyboardInterrupt

    monkeypatch.setattr(Turn, "write", die)
    with pytest.raises(KeyboardInterrupt):
        delivering.deliver(at=at)
    assert not Notice.objects.exists()
    monkeypatch.undo()
    delivering.deliver(at=at)
    assert {told(case) for case in cases} == {4}


def test_batch_tells_nobody_of_what_is_over_and_waits_for_a_reader_of_what_is_not(town):
    (gone, still), at = warned(town, 2)
    withdrawing.withdraw(gone, town.act("小满", at), reason="已解决")
    Escalation.objects.all().delete()
    delivering.deliver(at=at)
    assert (told(gone), told(still)) == (0, 4)
    waiting = Escalation.objects.values_list("event_id", flat=True)
    assert set(still.events.filter(step="warn", data__rung="red").values_list("pk", flat=True)) == set(waiting)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_loops_at_once_tell_each_event_once(transactional_db):
    cases, at = warned(build_town(), 60)

    def loop(_):
        try:
            while delivering.deliver(at=at, limit=20):
                pass
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as loops:
        list(loops.map(loop, range(2)))
    assert {told(case) for case in cases} == {4} and not EventDelivery.objects.exists()
