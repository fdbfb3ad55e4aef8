"""`bench triage`: how fast the filters judge, how hot issues grow, how soon a message finds its like."""

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench import databases, reporting, wording
from huixiang.jobs.checking import ROOT

PACE, STARTS_WITHIN_S, MEMORY_MB, FINDS_WITHIN_MS = 1500.0, 1.5, 1024, 50.0
REAL_WITHIN_S, LARGEST_WITHIN_S = 10.0, 300.0
SIZES = (10_000, 30_000, 100_000)
JUDGED = 12_000
STARTED = datetime(2026, 1, 1)


@dataclass(frozen=True)
class Options:
    """What the command was asked; `messages` is a file of real ones (JSON Lines), `likeness` a number of cases or 0."""

    messages: str
    jobs: int
    sizes: list[int]
    likeness: int
    database: str


@dataclass(frozen=True)
class Run:
    """One run of a filter: seconds by the clock and of the processors, and the memory of its largest process in MB."""

    seconds: float
    work: float
    memory: float


def run(options: Options) -> str:
    """Measures and gives the report in Markdown."""
    os.chdir(ROOT)
    started = datetime.now(UTC)
    facts: dict[str, Any] = {"commit": reporting.commit(ROOT), **reporting.machine()}
    with tempfile.TemporaryDirectory(prefix="huixiang-triage-") as folder:
        lines = [*_judging(options, Path(folder)), "", *_hot(options, Path(folder))]
    if options.likeness:
        lines += ["", *_finding(options)]
    facts["measured"] = f"{started:%Y-%m-%d %H:%M} UTC"
    return "\n".join([*reporting.heading(facts), "", *lines])


def _judging(options: Options, folder: Path) -> list[str]:
    one, many = folder / "one.jsonl", folder / "many.jsonl"
    _write(one, 1)
    if options.messages:
        _repeat(Path(options.messages), many, JUDGED)
    else:
        _write(many, JUDGED)
    start = min((_filter("triage", one) for _ in range(3)), key=lambda run: run.seconds)
    jobs = ["--jobs", str(options.jobs)]
    core, whole = _filter("triage", many, *jobs, "--without", "demands", "region"), _filter("triage", many, *jobs)
    core_pace, whole_pace = (JUDGED / max(0.001, run.seconds - start.seconds) for run in (core, whole))
    memory = max(core.memory, whole.memory)
    starts, keeps_pace = start.seconds <= STARTS_WITHIN_S, core_pace >= PACE
    whose = "real messages" if options.messages else "made-up messages"
    return [
        f"| judging {JUDGED:,} {whose}, {options.jobs} processes | | limit | reached |", "|---|--:|---|---|",
        f"| start-up of the filter, s | {start.seconds:.2f} | ≤ {STARTS_WITHIN_S} | {_yes(starts)} |",
        f"| topic, unit, urgency, personal data: messages/s | {core_pace:,.0f} | ≥ {PACE:,.0f} | {_yes(keeps_pace)} |",
        f"| the same, messages per second of a processor | {JUDGED / (core.work - start.work):,.0f} | | |",
        f"| everything (also region, demands): messages/s | {whole_pace:,.0f} | | |",
        f"| the same, messages per second of a processor | {JUDGED / (whole.work - start.work):,.0f} | | |",
        f"| largest process, MB | {memory:,.0f} | ≤ {MEMORY_MB} | {_yes(memory <= MEMORY_MB)} |",
    ]  # fmt: skip


def _hot(options: Options, folder: Path) -> list[str]:
    lines = [
        "| hot issues | s | of a processor, s | per 1,000, s | memory, MB | limit | reached |",
        "|---|--:|--:|--:|--:|---|---|",
    ]
    if options.messages:
        count = sum(1 for _ in _read(Path(options.messages)))
        found = _filter("hotspots", Path(options.messages))
        lines.append(_hot_row(f"{count:,} real messages", count, found, REAL_WITHIN_S))
    for size in sorted(options.sizes):
        file = folder / f"hot-{size}.jsonl"
        _write(file, size)
        limit = LARGEST_WITHIN_S if size == max(SIZES) else None
        lines.append(_hot_row(f"{size:,} made-up messages", size, _filter("hotspots", file), limit))
    return lines


def _hot_row(name: str, count: int, found: Run, limit: float | None) -> str:
    reached = "" if limit is None else _yes(found.seconds <= limit and found.memory <= MEMORY_MB)
    words = "" if limit is None else f"≤ {limit:.0f} s, ≤ {MEMORY_MB} MB"
    share = 1000 * found.work / count
    figures = f"{found.seconds:.1f} | {found.work:.1f} | {share:.2f} | {found.memory:,.0f}"
    return f"| {name} | {figures} | {words} | {reached} |"


def _finding(options: Options) -> list[str]:
    with databases.server(options.database) as server_url:
        name = databases.filled(server_url, options.likeness)
        with databases.fresh_copy(server_url, name) as url:
            return finding_table(url, options.likeness)


def finding_table(database: str, cases: int) -> list[str]:
    """Measures on a filled database, in a process of its own; what it adds to the database stays there."""
    env = {**os.environ, "DATABASE_URL": database, "DJANGO_SETTINGS_MODULE": "bench.settings"}
    env["PYTHONPATH"] = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    command = [sys.executable, "-m", "bench.triage_stage"]
    done = subprocess.run(command, cwd=ROOT, env=env, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603
    found = json.loads(done.stdout)
    is_quick = found["p95_ms"] <= FINDS_WITHIN_MS
    return [
        f"| a new message among {cases:,} cases, PostgreSQL | | limit | reached |", "|---|--:|---|---|",
        f"| finds known cases on its matter, median ms | {found['p50_ms']:.1f} | | |",
        f"| 95 in 100 within ms | {found['p95_ms']:.1f} | ≤ {FINDS_WITHIN_MS:.0f} | {_yes(is_quick)} |",
        f"| telling words kept, rows | {found['keys']:,} | | |",
        f"| keeping them for all cases, s | {found['index_s']:.0f} | | |",
    ]  # fmt: skip


def _filter(name: str, file: Path, *more: str) -> Run:
    """Runs a filter on a file, its answers thrown away."""
    env = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "DJANGO_SETTINGS_MODULE": "huixiang.config.settings"}
    command = [sys.executable, "-m", "huixiang", name, str(file), *more]
    before = time.perf_counter()
    child = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL)  # noqa: S603
    _, status, used = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - before
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise subprocess.CalledProcessError(child.returncode, command)
    return Run(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def made_up(count: int) -> Iterator[dict[str, Any]]:
    """Messages of realistic length about as many places as so many people would write from; the same each time."""
    chance = random.Random(count)  # noqa: S311 - repeatable on purpose
    sides = ("", "东", "西", "南", "北", "新")
    places = [f"{a}{b}{c}" for a in "清白云石金龙凤青" for b in "溪山桥塘坪湖岭田" for c in sides]
    for number in range(count):
        place = f"{chance.choice(places)}{chance.randint(1, max(2, count // 200))}区"
        _, title, detail = wording.message(chance, place)
        at = STARTED + timedelta(minutes=chance.randrange(60 * 24 * 365))
        user = f"U{chance.randrange(max(2, count // 2))}"
        yield {"id": str(number), "title": title, "detail": detail, "time": at.isoformat(), "user": user}


def _write(file: Path, count: int) -> None:
    with file.open("w", encoding="utf-8") as out:
        for row in made_up(count):
            out.write(json.dumps(row, ensure_ascii=False) + "\n")


def _read(file: Path) -> Iterator[str]:
    with file.open(encoding="utf-8") as lines:
        yield from (line for line in lines if line.strip())


def _repeat(file: Path, into: Path, count: int) -> None:
    """Writes real messages over and over until there are `count`."""
    lines = list(_read(file))
    with into.open("w", encoding="utf-8") as out:
        for number in range(count):
            out.write(lines[number % len(lines)].rstrip("\n") + "\n")


def _yes(holds: bool) -> str:
    return "yes" if holds else "**no**"
