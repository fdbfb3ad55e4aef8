"""kill -9 between sending and recording: the notice goes out once more at most, and says that it may be a repeat."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from tests.notices.servers import until

from huixiang.notices.actions.sending import LEASE

ROOT = Path(__file__).parents[2]
SCRIPT = Path(__file__).with_name("sender_process.py")
SECONDS = LEASE.total_seconds()


@pytest.fixture
def sender(gateway, tmp_path):
    env = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'notices.sqlite3'}",
        "HUIXIANG_DATA_DIR": str(tmp_path),
        "HUIXIANG_LOG_LEVEL": "ERROR",
    }

    def start(do, seconds=0.0):
        command = [sys.executable, str(SCRIPT), f"{gateway.origin}/send", do, str(seconds)]
        return subprocess.Popen(command, env=env, cwd=ROOT, stdout=subprocess.PIPE, text=True)

    told = start("tell")
    assert told.wait(180) == 0
    return start


def kill_while_sending(sender, gateway, seconds):
    """Lets the gateway take the text, then kills the sender before it hears that it did."""
    before, process = len(gateway.got), None
    taken = threading.Event()
    gateway.wait = taken.wait
    process = sender("send", seconds)
    until(lambda: len(gateway.got) > before or process.poll() is not None, seconds=120)
    process.kill()
    assert process.wait(60) == -9
    taken.set()
    gateway.wait = lambda: None


def finish(sender, seconds):
    out, _ = sender("send", seconds).communicate(timeout=180)
    return out.split()


def test_killed_sender_leads_to_one_marked_repeat(sender, gateway):
    kill_while_sending(sender, gateway, 0)
    assert finish(sender, 60) == ["0", "0"], "a live sender may still have it"
    assert finish(sender, SECONDS) == ["1", "0"]
    assert finish(sender, SECONDS * 9) == ["0", "0"]
    assert gateway.texts() == [
        "【回响】您的留言已交办。",
        "【回响】（可能重复，如已收到请忽略）您的留言已交办。",
    ]
    assert {body["key"] for _, _, body in gateway.got} == {"event:1:sms"}


def test_sender_killed_twice_leaves_the_notice_to_a_person(sender, gateway):
    kill_while_sending(sender, gateway, 0)
    kill_while_sending(sender, gateway, SECONDS)
    assert finish(sender, SECONDS * 9) == ["0", "1"]
    assert len(gateway.got) == 2
