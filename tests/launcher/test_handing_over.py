import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def launch(*arguments, **options):
    return subprocess.run(
        [sys.executable, str(ROOT / "huixiang"), *arguments], capture_output=True, text=True, check=False, **options
    )


@pytest.mark.parametrize(
    ("command", "rest", "expected"),
    [
        ("import-cases", ["a-b.jsonl", "--dry-run"], ["-m", "huixiang", "import_cases", "a-b.jsonl", "--dry-run"]),
        ("demo", [], ["-m", "huixiang", "demo"]),
        ("test", ["-k", "claim"], ["-m", "huixiang.jobs.checking", "test", "-k", "claim"]),
        ("check", [], ["-m", "huixiang.jobs.checking", "check"]),
    ],
)
def test_commands_become_python_arguments(launcher, command, rest, expected):
    assert launcher.arguments_for(command, rest) == expected


def test_callers_python_and_pip_settings_do_not_leak_in(launcher, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    monkeypatch.setenv("PIP_TARGET", "/elsewhere")
    monkeypatch.setenv("PIP_USER", "1")
    env = launcher.clean_environment()
    assert "PYTHONPATH" not in env
    assert "PIP_TARGET" not in env
    assert env["PIP_USER"] == "0"


def test_help_needs_no_setup_no_home_and_no_particular_folder(launcher, tmp_path):
    done = launch("help", cwd=tmp_path, env={"PATH": os.environ["PATH"]})
    assert done.returncode == 0
    assert all(f"  {name} " in done.stdout for name, _ in launcher.HELP)


def test_no_command_prints_the_help():
    assert launch().stdout == launch("help").stdout


@pytest.mark.parametrize("word", ["--frobnicate", "../evil", "Demo", ""])
def test_word_that_cannot_be_a_command_is_refused(word):
    done = launch(word)
    assert done.returncode == 2
    assert "is not a command" in done.stderr


def test_folder_that_cannot_be_written_is_explained(house, monkeypatch, capsys):
    (house.ROOT / "requirements").mkdir()
    (house.ROOT / "requirements" / "base.txt").write_text("django==5.2.1 \\\n    --hash=sha256:aaa\n")

    def refuse(_path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(house, "setup_lock", refuse)
    assert house.main(["demo"]) == 1
    assert "Run it as the owner of" in capsys.readouterr().err


def test_incomplete_clone_is_explained_by_the_missing_file(house, capsys):
    assert house.main(["demo"]) == 1
    assert "base.txt" in capsys.readouterr().err
