"""What every test stands on: test settings, and PostgreSQL only where DATABASE_URL names one."""

from functools import cache

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from huixiang.nlp.reefs.judging import judge
from huixiang.workbench import queues

pytest_plugins = ["tests.cast"]


def pytest_configure(config):
    if not settings.TEST:
        raise pytest.UsageError("run the tests with ./huixiang test, or set HUIXIANG_TEST=1")
    config.addinivalue_line("markers", "gate: judges replies in earnest; elsewhere the gate stands open")


def pytest_collection_modifyitems(config, items):
    if settings.DATABASES["default"]["ENGINE"].endswith("postgresql"):
        return
    needs_postgres = pytest.mark.skip(reason="needs PostgreSQL: ./huixiang check --only tests-postgres")
    for item in items:
        if item.get_closest_marker("postgres"):
            item.add_marker(needs_postgres)


@pytest.fixture(autouse=True)
def _open_gate(request, monkeypatch):
    """Tests of the chain write what tells replies apart; whether that is good is for the tests marked gate."""
    if request.node.get_closest_marker("gate"):
        return
    from huixiang.cases import gate

    monkeypatch.setattr(gate, "look", lambda *args, **options: gate.Look((), _nothing()))


@cache
def _nothing():
    return judge(None, "")


@pytest.fixture(autouse=True)
def forgotten_statements():
    """Rolled-back tests reuse keys, so a statement kept by one test must not serve the next."""
    queues._statement.cache_clear()


@pytest.fixture
def statements():
    """How many SQL statements a page needs, once the session is warm."""

    def count(browser, url):
        browser.get(url)
        with CaptureQueriesContext(connection) as seen:
            assert browser.get(url).status_code == 200
        return len(seen)

    return count
