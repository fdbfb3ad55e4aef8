"""`bench clocks`: what the watch costs with ten thousand, a hundred thousand and a million open cases."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg

from bench import databases, reporting
from huixiang.jobs.checking import ROOT

NAME = "huixiang_bench_clocks"
SIZES = (10_000, 100_000, 1_000_000)
DUE = 10_000
IDLE_LIMIT_MS = 20.0
DUE_LIMIT_S = 30.0
TOLD_PER_SECOND = 300.0
GROWTH_LIMIT = 1.3


@dataclass(frozen=True)
class Options:
    """What the command was asked; each size has to be at least `due`."""

    database: str
    sizes: list[int]
    due: int


def run(options: Options) -> str:
    """Fills, measures and gives the report in Markdown; the database is gone afterwards."""
    os.chdir(ROOT)
    started = datetime.now(UTC)
    sizes = " ".join(f"--size {size}" for size in options.sizes)
    command = f"./huixiang bench clocks {sizes} --due {options.due}"
    facts: dict[str, Any] = {"command": command, "commit": reporting.commit(ROOT), **reporting.machine()}
    with databases.server(options.database) as server_url:
        facts |= {f"PostgreSQL {k}": v for k, v in databases.durability(server_url).items()}
        found = _measured(server_url, options)
    facts["measured"] = f"{started:%Y-%m-%d %H:%M} UTC"
    return "\n".join([*reporting.heading(facts), "", *table(found)])


def _measured(server_url: str, options: Options) -> list[dict[str, Any]]:
    env = {
        **os.environ,
        "DATABASE_URL": databases.address(server_url, NAME),
        "DJANGO_SETTINGS_MODULE": "bench.settings",
    }
    env["PYTHONPATH"] = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    command = [sys.executable, "-m", "bench.clocks_stage", str(options.due), *map(str, sorted(options.sizes))]
    drop = f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)"
    with psycopg.connect(server_url, autocommit=True) as admin:
        admin.execute(drop)
        admin.execute(f"CREATE DATABASE {NAME} ENCODING 'UTF8' TEMPLATE template0")
        try:
            done = subprocess.run(command, cwd=ROOT, env=env, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603
        finally:
            admin.execute(drop)
    return list(json.loads(done.stdout))


def table(found: list[dict[str, Any]]) -> list[str]:
    """The sizes side by side, with the bare baseline of the same run under each figure, and whether limits hold."""
    heads = [f"{size['open']:,} open" for size in found]
    due = found[0]["due"]
    lines = [f"| | {' | '.join(heads)} | limit | reached |", "|---|" + "--:|" * len(found) + "---|---|"]
    record, tell = [size["record_s"] for size in found], [size["tell_s"] for size in found]
    both = [a + b for a, b in zip(record, tell, strict=True)]
    pace = [size["due"] / size["tell_s"] for size in found]
    # Against the bare INSERTs of the same minutes: what else the machine does meanwhile hits both.
    shares = [size["record_s"] / size["insert_s"] for size in found]
    grows = shares[-1] <= GROWTH_LIMIT * shares[0]
    idle = all(size["idle_ms"] <= IDLE_LIMIT_MS for size in found)
    rows = [
        ("idle sweep, median ms", [size["idle_ms"] for size in found], f"≤ {IDLE_LIMIT_MS:.0f}", _yes(idle)),
        ("idle sweep, p95 ms", [size["idle_p95_ms"] for size in found], "", ""),
        ("bare indexed SELECT, median ms", [size["select_ms"] for size in found], "", ""),
        (f"{due:,} due, recorded, s", record, "", ""),
        (f"their {due:,} events told, s", tell, "", ""),
        ("recorded, with notices queued, s", both, f"≤ {DUE_LIMIT_S:.0f}", _yes(max(both) <= DUE_LIMIT_S)),
        ("events told a second", pace, f"≥ {TOLD_PER_SECOND:.0f}", _yes(min(pace) >= TOLD_PER_SECOND)),
        (f"{due:,} bare INSERTs, s", [size["insert_s"] for size in found], "", ""),
    ]
    lines += [f"| {name} | {' | '.join(f'{v:,.2f}' for v in values)} | {a} | {b} |" for name, values, a, b in rows]
    words = " | ".join(f"{share:.1f} × bare" for share in shares)
    grown = f"largest ≤ {GROWTH_LIMIT} × smallest"
    return [*lines, f"| recorded, against bare INSERTs | {words} | {grown} | {_yes(grows)} |"]


def _yes(holds: bool) -> str:
    return "yes" if holds else "**no**"
