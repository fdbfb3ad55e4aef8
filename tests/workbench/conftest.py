"""Signing in as one of the cast, and posting as their page would."""

import pytest
from tests.cast import MORNING


@pytest.fixture
def morning(monkeypatch):
    """The desk's clock stands at the morning of the cast, so that limits and counts are the same on every day."""
    monkeypatch.setattr("huixiang.units.middleware.timezone.now", lambda: MORNING)


@pytest.fixture
def desk(client, town):
    """A browser of the desk: `desk("承办人").get(...)`, `.act(case, "accept", …)`."""
    return lambda who: Desk(client, town, who)


class Desk:
    def __init__(self, client, town, who):
        client.force_login(town.people[who])
        self.client, self.town = client, town

    def get(self, url, **query):
        return self.client.get(url, query)

    def post(self, url, **form):
        return self.client.post(url, form)

    def page(self, case):
        return self.get(f"/desk/cases/{case.number}/")

    def act(self, case, verb, **form):
        form.setdefault("seen", case.event_count)
        return self.client.post(f"/desk/cases/{case.number}/{verb}/", form)
