"""The notices through a browser: the desk of the supervision tests, and the servers that notices go out to."""

from tests.notices.conftest import gateway, mail
from tests.workbench_c.conftest import clock, desk, late

__all__ = ["clock", "desk", "gateway", "late", "mail"]
