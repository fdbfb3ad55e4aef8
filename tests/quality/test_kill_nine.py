"""kill -9 in the middle of looking back: the next worker goes on, and every reply has been judged once."""

import os
import subprocess
import sys
from pathlib import Path

from huixiang.quality.actions.looking_back import LEASE

ROOT = Path(__file__).parents[2]
SCRIPT = Path(__file__).with_name("look_back_process.py")


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


def said(process):
    out, _ = process.communicate(timeout=600)
    assert process.returncode == 0
    return out.split()


def test_killed_between_judging_and_telling(tmp_path):
    said(child(tmp_path, "build"))
    killed = child(tmp_path, "work", "0", "judged")
    assert killed.stdout.readline().strip() == "judged"
    killed.kill()
    assert killed.wait(60) == -9
    assert said(child(tmp_path, "work", "1")) == ["running", "2", "1"], "its lease still runs"
    later = str(LEASE.total_seconds() + 60)
    assert said(child(tmp_path, "work", later)) == ["done", "4", "4"]
    assert said(child(tmp_path, "work", later)) == ["done", "4", "4"]
