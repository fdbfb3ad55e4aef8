"""`./huixiang demo` as a person starts and stops it."""

import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import urllib.request
from contextlib import closing
from pathlib import Path

import pytest

from huixiang.jobs.foreground import is_free, next_free_port

HOST = "127.0.0.1"


@pytest.fixture
def settled_town(live_site, tmp_path):
    """The environment of a second demo, whose town is a copy of the first: filling another one would take a minute."""
    source = Path(live_site.env["HUIXIANG_DATA_DIR"])
    shutil.copy(source / "demo-secrets.json", tmp_path)
    with (
        closing(sqlite3.connect(source / "demo.sqlite3")) as old,
        closing(sqlite3.connect(tmp_path / "demo.sqlite3")) as new,
    ):
        old.backup(new)
    return live_site.env | {"HUIXIANG_DATA_DIR": str(tmp_path), "PYTHONUNBUFFERED": "1"}


def start_demo(env, port):
    command = [sys.executable, "-m", "huixiang", "demo", f"--port={port}"]
    return subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def test_demo_prints_its_address_and_sign_ins_and_ctrl_c_ends_everything(settled_town):
    port = next_free_port(HOST, 8200)
    with start_demo(settled_town, port) as demo:
        try:
            shown = ""
            for line in demo.stdout:
                shown += line
                if "Ctrl-C" in line:
                    break
            assert f"http://{HOST}:{port}/" in shown
            assert len(re.findall(r"^  \S+ +\S+ / \S+ ", shown, flags=re.MULTILINE)) >= 2, shown
            with urllib.request.urlopen(f"http://{HOST}:{port}/", timeout=20) as answer:
                assert answer.status == 200
            demo.send_signal(signal.SIGINT)
            assert demo.wait(30) == 0, demo.stdout.read()
        finally:
            demo.kill()
    assert is_free(HOST, port)


def test_demo_refuses_a_port_that_is_taken(live_site, settled_town):
    taken = live_site.url.rsplit(":", 1)[1]
    with start_demo(settled_town, taken) as demo:
        said, _ = demo.communicate(timeout=60)
    assert demo.returncode == 1
    assert f"端口 {taken} 已被占用" in said
