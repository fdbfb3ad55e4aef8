"""Signing in to the desk as one of the cast, at the morning of the cast."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.cast import MORNING

from huixiang.workbench import queues


@pytest.fixture(autouse=True)
def forgotten_statements():
    """Rolled-back tests reuse keys, so a statement kept by one test must not serve the next."""
    queues._statement.cache_clear()


@pytest.fixture
def clock(monkeypatch):
    """Sets the desk's clock: `clock(MORNING)`."""

    def set_to(at):
        monkeypatch.setattr("huixiang.units.middleware.timezone.now", lambda: at)

    set_to(MORNING)
    return set_to


@pytest.fixture
def desk(town, clock):
    """A browser for each of the cast: `desk("督办员").get("/desk/risks/")`."""

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


def told(response):
    return response.content.decode()
