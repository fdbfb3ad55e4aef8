"""Signing in to the desk as one of the cast."""

from datetime import datetime
from types import SimpleNamespace

import pytest
from django.test import Client

from huixiang.rules.calendar import CHINA


@pytest.fixture
def desk(town):
    """A browser for each of the cast: `desk("审核员").get("/desk/review/")`."""

    def browser(who):
        client = Client()
        client.force_login(town.people[who])
        return client

    return browser


@pytest.fixture
def today(monkeypatch):
    """Sets the day on which requests arrive: `today(2026, 11, 24)`."""

    def set_to(*day):
        at = datetime(*day, 10, 0, tzinfo=CHINA)
        monkeypatch.setattr("huixiang.units.middleware.timezone", SimpleNamespace(now=lambda: at))
        return at

    set_to(2026, 11, 24)
    return set_to
