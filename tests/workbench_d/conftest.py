"""Signing in to the desk as one of the cast, at the morning of the cast."""

import pytest
from django.test import Client
from tests.cast import MORNING


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


def told(response):
    return response.content.decode()
