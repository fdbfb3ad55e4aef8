import pytest

from huixiang.jobs import checking
from huixiang.jobs.browsers import find_chromium


def test_closing_line_is_pytests_last_word_without_its_frame():
    lines = ["....", "===== 3 failed, 12 passed in 1.20s =====", "", "1 file left unchanged"]
    assert checking.closing_line(lines) == "3 failed, 12 passed in 1.20s"


def test_closing_line_of_a_run_that_never_started_is_empty():
    assert checking.closing_line(["ImportError: no module"]) == ""


def fake_steps(monkeypatch, **results):
    ran = []

    def step(name, result):
        def run():
            ran.append(name)
            if isinstance(result, Exception):
                raise result
            return result, f"{name} said so"

        return checking.Step(name, "it holds", run)

    monkeypatch.setattr(checking, "STEPS", tuple(step(name, result) for name, result in results.items()))
    return ran


def test_check_goes_on_after_a_failure_and_then_fails(monkeypatch, capsys):
    ran = fake_steps(monkeypatch, lint=False, types=RuntimeError("boom"), walls=True)
    assert checking.check([]) == 1
    assert ran == ["lint", "types", "walls"]
    assert "RuntimeError: boom" in capsys.readouterr().out


def test_check_succeeds_when_everything_holds(monkeypatch):
    fake_steps(monkeypatch, lint=True, types=True)
    assert checking.check([]) == 0


def test_only_and_skip_choose_the_steps(monkeypatch):
    ran = fake_steps(monkeypatch, lint=True, types=True, walls=True)
    checking.check(["--only", "lint", "--only", "walls", "--skip", "walls"])
    assert ran == ["lint"]


def test_unknown_step_is_refused(monkeypatch):
    fake_steps(monkeypatch, lint=True)
    with pytest.raises(SystemExit) as ended:
        checking.check(["--only", "spelling"])
    assert ended.value.code == 2


def test_journeys_fail_where_there_is_no_browser(monkeypatch):
    monkeypatch.setattr(checking, "find_chromium", lambda: None)
    ok, line = checking.journeys()
    assert not ok
    assert "apt-get install chromium" in line


def test_journeys_fail_where_playwright_cannot_start(monkeypatch):
    monkeypatch.setattr(checking, "find_chromium", lambda: "/usr/bin/chromium")
    monkeypatch.setattr(checking, "stream", lambda *_, **__: (127, []))
    ok, line = checking.journeys()
    assert not ok
    assert "libatomic1" in line


def test_tool_step_fails_with_the_words_of_the_command_that_failed():
    ok, line = checking.run_tool(["-c", "import sys; print('broken'); sys.exit(3)"], ["-c", "print('fine')"])
    assert not ok
    assert line == "broken"


def test_stream_takes_away_a_variable_given_empty(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://elsewhere/production")
    _, lines = checking.stream(["-c", "import os; print(os.environ.get('DATABASE_URL'))"], DATABASE_URL="")
    assert lines == ["None"]


def test_chromium_named_by_the_environment_must_exist(monkeypatch, tmp_path):
    named = tmp_path / "chromium"
    monkeypatch.setenv("HUIXIANG_CHROMIUM", str(named))
    assert find_chromium() is None
    named.touch(mode=0o755)
    assert find_chromium() == str(named)
