"""The supervision desk through a browser, at a moment that a test chooses."""

from datetime import timedelta

import pytest
from django.test import Client
from tests.cast import MORNING, fresh

from huixiang.supervision import watching

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def clock(monkeypatch):
    """`clock(moment)` sets the time at which the desk is asked; it begins at the morning of the cast."""
    now = [MORNING]
    monkeypatch.setattr("huixiang.units.middleware.timezone.now", lambda: now[0])

    def put(moment):
        now[0] = moment

    return put


@pytest.fixture
def desk(town, clock):
    """A browser for each of the cast: `desk("督办员").get("/desk/supervision/")`."""

    def browser(who):
        client = Client()
        client.force_login(town.people[who])
        return client

    return browser


@pytest.fixture
def late(town, clock):
    """`late()` makes a case whose first word is overdue, looked at by the watch; `by` says for how long."""

    def make(*, by=HOUR, **message):
        case = town.handling(kind="complaint", **message)
        at = case.due_at + by
        watching.sweep(at=at)
        clock(at)
        return fresh(case)

    return make
