"""What every test stands on: test settings, and PostgreSQL only where DATABASE_URL names one."""

import pytest
from django.conf import settings

pytest_plugins = ["tests.cast"]


def pytest_configure(config):
    if not settings.TEST:
        raise pytest.UsageError("run the tests with ./huixiang test, or set HUIXIANG_TEST=1")


def pytest_collection_modifyitems(config, items):
    if settings.DATABASES["default"]["ENGINE"].endswith("postgresql"):
        return
    needs_postgres = pytest.mark.skip(reason="needs PostgreSQL: ./huixiang check --only tests-postgres")
    for item in items:
        if item.get_closest_marker("postgres"):
            item.add_marker(needs_postgres)
