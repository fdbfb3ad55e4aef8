import socket
import sys

import pytest

from huixiang.jobs import foreground
from huixiang.jobs.foreground import ChildDied, Children, SiteSilent, is_free, next_free_port


@pytest.fixture
def listener():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


@pytest.fixture
def children():
    group = Children()
    yield group
    group.stop()


@pytest.fixture
def commands(monkeypatch, tmp_path):
    """Let `start` run small scripts instead of our management commands."""
    (tmp_path / "huixiang.py").write_text("import sys, time\nexec(sys.argv[1])\n")
    monkeypatch.setattr(foreground, "SOURCE", tmp_path)
    return sys.executable


def test_taken_port_is_seen_and_passed_over(listener):
    assert not is_free("127.0.0.1", listener)
    assert next_free_port("127.0.0.1", listener) > listener


def test_child_that_ends_by_itself_is_reported_by_name_and_code(children, commands):
    children.start("loops", ["sys.exit(7)"])
    with pytest.raises(ChildDied, match="loops ended with exit code 7"):
        children.watch(lambda: True)


def test_watch_ends_quietly_when_asked_to(children, commands):
    children.start("loops", ["time.sleep(60)"])
    children.watch(iter([True, False]).__next__)


def test_child_that_ignores_the_request_is_ended_all_the_same(children, commands, monkeypatch):
    monkeypatch.setattr(foreground, "GRACE_SECONDS", 0.2)
    children.start("web", ["import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"])
    children.stop()
    with pytest.raises(ChildDied, match="web ended with exit code -"):
        children.check()


def test_silent_site_is_an_error_that_names_the_address(children):
    port = next_free_port("127.0.0.1", 18080)
    with pytest.raises(SiteSilent, match=f"http://127.0.0.1:{port}/ did not answer"):
        children.wait_for_site("127.0.0.1", port, seconds=0.1)
