"""kill -9 anywhere between waking and sending: the alert exists once, the notice goes out once more at most."""

import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from tests.notices.servers import Gateway, until

from huixiang.notices.actions.sending import LEASE

ROOT = Path(__file__).parents[2]
SCRIPT = Path(__file__).with_name("loop_process.py")
LATER = LEASE.total_seconds() + 60
# The first word is yellow and red: two alerts, two events in the ledger, and red is texted.
RECORDED = ["2", "2"]
LATE = "首次回应"
REPEAT = "可能重复"


def child(folder, *arguments):
    env = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
        "DATABASE_URL": f"sqlite:///{folder / 'site.sqlite3'}",
        "HUIXIANG_DATA_DIR": str(folder),
        "HUIXIANG_LOG_LEVEL": "ERROR",
        "HUIXIANG_TEST": "1",
    }
    command = [sys.executable, str(SCRIPT), *arguments]
    return subprocess.Popen(command, env=env, cwd=ROOT, stdout=subprocess.PIPE, text=True)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A site with one case whose golden hours are about to end, built once."""
    folder = tmp_path_factory.mktemp("site")
    assert child(folder, "http://127.0.0.1:9/", "build").wait(600) == 0
    return folder


@pytest.fixture
def gateway():
    gateway = Gateway()
    yield gateway
    gateway.close()


@pytest.fixture
def start(site, gateway, tmp_path):
    """Starts the loop on an own copy of the site: so many seconds after the golden hours ended."""
    shutil.copytree(site, tmp_path / "copy")

    def loop(seconds, stop_at=""):
        return child(tmp_path / "copy", f"{gateway.origin}/send", "loop", str(seconds), stop_at)

    return loop


def ended(process):
    out, _ = process.communicate(timeout=600)
    assert process.returncode == 0
    return out.split()


def kill(process):
    process.kill()
    assert process.wait(60) == -9


def kill_at(process, place):
    assert process.stdout.readline().strip() == place
    kill(process)


@pytest.mark.parametrize("place", ["midst", "recorded"])
def test_loop_killed_before_sending_records_once_and_tells_once(start, gateway, place):
    kill_at(start(0, place), place)
    assert gateway.got == []
    assert ended(start(30)) == [*RECORDED, "1", "None"]
    assert ended(start(LATER)) == [*RECORDED, "0", "None"]
    [text] = gateway.texts()
    assert LATE in text and REPEAT not in text


def test_loop_killed_while_the_gateway_has_the_text_repeats_it_once_and_says_so(start, gateway):
    taken = threading.Event()
    gateway.wait = taken.wait
    process = start(0)
    until(lambda: gateway.got or process.poll() is not None, seconds=300)
    kill(process)
    taken.set()
    gateway.wait = lambda: None
    assert ended(start(30)) == [*RECORDED, "0", "None"], "a live sender may still have it"
    assert ended(start(LATER)) == [*RECORDED, "1", "None"]
    assert ended(start(LATER * 3)) == [*RECORDED, "0", "None"]
    first, second = gateway.texts()
    assert REPEAT not in first and REPEAT in second
    assert LATE in first and LATE in second
    assert len({body["key"] for _, _, body in gateway.got}) == 1
