"""Signing in to the desk as one of the cast."""

import pytest
from django.test import Client


@pytest.fixture
def desk(town):
    """A browser for each of the cast: `desk("审核员").get("/desk/review/")`."""

    def browser(who):
        client = Client()
        client.force_login(town.people[who])
        return client

    return browser
