"""Kept statements give what the query itself would give, every time with the values asked for."""

import time
from threading import Thread

import pytest
from django.db import DataError, IntegrityError, connection, transaction

from huixiang.accounts.shapes import Addition, Shape
from huixiang.cases.models import Case, CaseEvent, EventDelivery
from huixiang.rules.lifecycle import Step

BY_NUMBER = Shape(lambda number: Case.objects.select_related("region").filter(number=number), str)
OF_REGION = Shape(lambda code: Case.objects.in_region(code).order_by("pk"), str)
TWO = Shape(lambda one, other: Case.objects.filter(pk__in=[one, other]).order_by("pk"), int, int)


def test_a_kept_statement_finds_the_row_of_each_value(town, django_assert_num_queries):
    first, second = town.approved(), town.approved()
    assert [c.pk for c in BY_NUMBER(first.number)] == [first.pk]
    with django_assert_num_queries(1):
        found = BY_NUMBER.first(second.number)
        assert found.region.name == "岳麓区"
    assert found == second
    assert found.submitted_at == second.submitted_at
    assert BY_NUMBER.first("HX000000NOBODY") is None


def test_a_prefix_is_searched_literally(town):
    here, elsewhere = town.approved(), town.approved(region="荷塘区")
    assert OF_REGION("4301") == [here]
    assert OF_REGION("43") == [here, elsewhere]
    assert OF_REGION("4%") == []


def test_the_same_value_may_stand_twice(town):
    case = town.approved()
    assert TWO(case.pk, case.pk) == [case]


def test_a_value_that_reaches_no_parameter_is_a_mistake_said_at_once(db):
    forgetful = Shape(lambda number: Case.objects.all(), str)
    with pytest.raises(ValueError, match="do not reach the SQL"):
        forgetful("HX1")


def test_a_row_added_by_a_kept_statement_is_the_row_that_saving_writes(town):
    """Sealed texts, moments and JSON come back as they went in, and the key is the row's own."""
    add = Addition(Case)
    case = town.approved()
    saved = Case.objects.get(pk=case.pk)
    for number in ("HX261124AAAAAA", "HX261124BBBBBB"):
        saved.pk, saved.number, saved.origin_key = None, number, number
        saved._state.adding = True
        assert add(saved)
        assert not saved._state.adding
        found = Case.objects.get(number=number)
        for field in Case._meta.concrete_fields:
            assert getattr(found, field.attname) == getattr(saved, field.attname), field.name
    with pytest.raises(IntegrityError), transaction.atomic():
        add(saved)


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgres
def test_a_kept_connection_that_the_server_ended_is_noticed_before_it_is_used():
    connection.ensure_connection()
    with connection.execute_wrapper(lambda *args: pytest.fail("a sound connection is asked nothing")):
        assert connection.is_usable()
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [connection.connection.info.backend_pid])
    other.close()
    deadline = time.monotonic() + 10
    while connection.is_usable() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not connection.is_usable()
    connection.close()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgres
def test_threads_share_the_statement_but_not_the_connection():
    seen = []

    def ask():
        seen.append(BY_NUMBER("HX000000NOBODY"))
        connection.close()

    threads = [Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [[]] * 4


def _opened(town, number, origin, *, step=Step.SUBMIT):
    case = Case.objects.get(pk=town.approved().pk)
    case.pk, case.number, case.origin_key, case._state.adding = None, number, origin, True
    data = {"说明": "一件事", "n": 3}
    event = CaseEvent(seq=1, step=step, to_state=case.state, actor_role="留言人", at=case.submitted_at, data=data)
    return case, event, EventDelivery(event=event, next_try_at=case.submitted_at)


def test_rows_that_hang_on_a_new_row_come_with_it(town):
    case, event, delivery = _opened(town, "HX261124CCCCCC", "form:one")
    assert Addition(Case, CaseEvent, EventDelivery, once="origin_key")(case, event, delivery)
    assert (case.pk, event.pk) == (event.case_id, delivery.event_id)
    for row in (event, delivery):
        found = type(row).objects.get(pk=row.pk)
        for field in row._meta.concrete_fields:
            assert getattr(found, field.attname) == getattr(row, field.attname), field.name


def test_what_may_come_only_once_is_written_once_and_breaks_no_transaction(town):
    add = Addition(Case, CaseEvent, EventDelivery, once="origin_key")
    assert add(*_opened(town, "HX261124DDDDDD", "form:two"))
    before = CaseEvent.objects.count()
    with transaction.atomic():
        again = _opened(town, "HX261124EEEEEE", "form:two")
        written = CaseEvent.objects.count()
        assert not add(*again)
        assert CaseEvent.objects.count() == written
    assert before < written
    assert not Case.objects.filter(number="HX261124EEEEEE").exists()


@pytest.mark.postgres
def test_a_text_too_long_for_a_hanging_row_is_refused_not_cut(town):
    with pytest.raises(DataError), transaction.atomic():
        Addition(Case, CaseEvent, EventDelivery)(*_opened(town, "HX261124FFFFFF", "form:three", step="x" * 25))
