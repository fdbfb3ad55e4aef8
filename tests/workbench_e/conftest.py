"""Signing in to the desk as one of the cast."""

from datetime import datetime
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

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
def statements():
    """How many SQL statements a page needs, once the session is warm."""

    def count(browser, url):
        browser.get(url)
        with CaptureQueriesContext(connection) as seen:
            assert browser.get(url).status_code == 200
        return len(seen)

    return count


@pytest.fixture
def today(monkeypatch):
    """Sets the day on which requests arrive: `today(2026, 11, 24)`."""

    def set_to(*day):
        at = datetime(*day, 10, 0, tzinfo=CHINA)
        monkeypatch.setattr("huixiang.units.middleware.timezone", SimpleNamespace(now=lambda: at))
        return at

    set_to(2026, 11, 24)
    return set_to
