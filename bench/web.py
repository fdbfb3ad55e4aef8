"""`bench web`: fills, serves, drives and reports."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from bench import databases, reporting
from bench.measuring import Measured, measure
from bench.pages import Page, all_pages
from huixiang.jobs.checking import ROOT
from huixiang.jobs.foreground import Children, next_free_port

CLIENTS = [1, 8]
WORKERS = 2
FIRST_PORT = 8700


class RowsLost(Exception):
    """The server said it had taken more messages than the database holds."""


@dataclass(frozen=True)
class Options:
    """What the command was asked."""

    cases: int
    database: str
    seconds: float
    only: list[str]
    json_file: str
    growth: bool


@dataclass(frozen=True)
class Run:
    """What one size of data gave."""

    pages: list[Page]
    measured: Measured


def run(options: Options, say: Callable[[str], None]) -> str:
    """The whole measurement; gives the report in Markdown and writes the JSON file if one was asked for."""
    json_file = Path(options.json_file).absolute() if options.json_file else None
    # The server's Python finds this package in its working directory.
    os.chdir(ROOT)
    started = datetime.now(UTC)
    facts: dict[str, Any] = {"command": _command(options), "commit": reporting.commit(ROOT), **reporting.machine()}
    small: Run | None = None
    smaller = max(options.cases // 5, 1)
    with databases.server(options.database) as server_url:
        facts |= {f"PostgreSQL {k}": v for k, v in databases.durability(server_url).items()}
        if options.growth:
            small = _run_on(server_url, smaller, [CLIENTS[0]], options, say)
        large = _run_on(server_url, options.cases, CLIENTS, options, say)
    facts |= {"cases": f"{options.cases:,}", "measured": f"{started:%Y-%m-%d %H:%M} UTC", "server": _server()}
    lines = [*reporting.heading(facts), "", *reporting.main_table(large.pages, large.measured, CLIENTS)]
    lines += ["", f"Messages taken and found in the database afterwards: {large.measured.accepted:,}."]
    if small is not None:
        sizes = (smaller, options.cases)
        lines += ["", *reporting.growth_table(small.measured, large.measured, sizes, CLIENTS[0])]
    if json_file is not None:
        runs = {options.cases: large} | ({smaller: small} if small else {})
        rows = {str(size): [r.as_dict() for r in one.measured.rows] for size, one in runs.items()}
        found = {"facts": facts, "rows": rows, "accepted": large.measured.accepted}
        json_file.write_text(json.dumps(found, ensure_ascii=False, indent=1), encoding="utf-8")
    return "\n".join(lines)


def _run_on(server_url: str, cases: int, clients: list[int], options: Options, say: Callable[[str], None]) -> Run:
    say(f"{cases:,} cases: filling, unless it was done before")
    name = databases.filled(server_url, cases)
    with databases.fresh_copy(server_url, name) as database:
        found = json.loads(databases.stage(database, "prepare"))
        with _served(database) as port:
            pages = _wanted(all_pages(found, port), options.only)
            measured = measure(pages, port, clients=clients, seconds=options.seconds, say=say)
        with psycopg.connect(database) as reading:
            row = reading.execute("SELECT count(*) FROM cases_case").fetchone()
        added = (row[0] if row else 0) - found["count"]
    if added != measured.accepted:
        raise RowsLost(f"{measured.accepted} messages were taken, {added} are in the database")
    return Run(pages, measured)


@contextmanager
def _served(database: str) -> Iterator[int]:
    port = next_free_port("127.0.0.1", FIRST_PORT)
    children = Children()
    env = {"DATABASE_URL": database, "DJANGO_SETTINGS_MODULE": "bench.settings", "GRANIAN_LOG_LEVEL": "warning"}
    try:
        children.start("web", ["serve", f"--port={port}", f"--workers={WORKERS}"], env)
        children.wait_for_site("127.0.0.1", port, 60)
        yield port
    finally:
        children.stop()


def _wanted(pages: list[Page], only: list[str]) -> list[Page]:
    """The pages asked for, with the yardsticks they are compared to."""
    if not only:
        return pages
    chosen = [p for p in pages if any(word in p.name for word in only)]
    needed = {p.yardstick for p in chosen} | {p.name for p in chosen}
    return [p for p in pages if p.name in needed]


def _command(options: Options) -> str:
    command = f"./huixiang bench web --cases {options.cases} --seconds {options.seconds:g}"
    return command + "".join(f" --only {word}" for word in options.only) + ("" if options.growth else " --no-growth")


def _server() -> str:
    return f"granian through `huixiang serve`, {WORKERS} workers with 4 threads; driver: one process, loopback"
