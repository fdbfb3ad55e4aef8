"""The tables of a run, in Markdown, with what they rest on."""

import os
import subprocess
from pathlib import Path
from typing import Any

from bench.measuring import Measured, Row
from bench.pages import BARE_INSERT, BARE_PAGE, Page

GROWTH_LIMIT = 1.3


def machine() -> dict[str, str]:
    """What this runs on."""
    cpu = _after("/proc/cpuinfo", "model name")
    memory = int(_after("/proc/meminfo", "MemTotal").split()[0] or 0) / 1024 / 1024
    load = " ".join(f"{x:.2f}" for x in os.getloadavg())
    return {"cores": str(os.cpu_count()), "cpu": cpu, "memory": f"{memory:.0f} GiB", "load before": load}


def commit(root: Path) -> str:
    """The short name of the commit that is measured, with a + where files differ; empty outside a checkout."""
    asked = subprocess.run(  # noqa: S603
        ["git", "describe", "--always", "--dirty=+"],  # noqa: S607
        cwd=root, check=False, capture_output=True, text=True,
    )  # fmt: skip
    return asked.stdout.strip()


def verdict(page: Page, row: Row, bare: Row | None) -> str:
    """Whether the page reaches its figure: yes, no, or a dash where it has none; judged with one client."""
    target = page.target
    if target.share is not None and bare is not None:
        return _yes(row.per_second >= target.share * bare.per_second)
    if target.per_second is not None:
        return _yes(row.per_second >= target.per_second)
    return _yes(row.p95_ms <= target.p95_ms) if target.p95_ms is not None else "–"


def main_table(pages: list[Page], measured: Measured, clients: list[int]) -> list[str]:
    """One line for each page and number of clients."""
    lines = [
        "| page | clients | requests/s | p50 ms | p95 ms | queries | share of bare | target | reached |",
        "|---|--:|--:|--:|--:|--:|--:|---|---|",
    ]
    for page in pages:
        for count in clients:
            row, bare = measured.row(page.name, count), measured.row(page.yardstick, count)
            if row is None:
                continue
            share = f"{row.per_second / bare.per_second:.0%}" if bare and bare.per_second else "–"
            judged = (page.target.words(), verdict(page, row, bare)) if count == clients[0] else ("", "")
            lines.append(
                f"| {page.name} | {count} | {row.per_second:,.0f} | {row.p50_ms:.2f} | {row.p95_ms:.2f} | {row.queries}"
                f" | {share} | {judged[0]} | {judged[1]} |"
            )
    return lines


def growth_table(small: Measured, large: Measured, sizes: tuple[int, int], clients: int) -> list[str]:
    """How much slower each page is with five times the cases; the bare ones show what the machine did meanwhile."""
    lines = [f"| page | {sizes[0]:,} cases, p50 ms | {sizes[1]:,} cases, p50 ms | slower by | queries | reached |"]
    lines.append("|---|--:|--:|--:|--:|---|")
    for row in large.rows:
        before = small.row(row.page, clients)
        if before is None or row.clients != clients:
            continue
        ratio = row.p50_ms / before.p50_ms
        judged = "–" if row.page in {BARE_PAGE, BARE_INSERT} else _yes(ratio <= GROWTH_LIMIT)
        queries = f"{before.queries} → {row.queries}"
        lines.append(f"| {row.page} | {before.p50_ms:.2f} | {row.p50_ms:.2f} | {ratio:.2f} × | {queries} | {judged} |")
    return lines


def heading(facts: dict[str, Any]) -> list[str]:
    """What the figures rest on, as a list."""
    return [f"- {name}: {value}" for name, value in facts.items()]


def _yes(holds: bool) -> str:
    return "yes" if holds else "**no**"


def _after(path: str, name: str) -> str:
    file = Path(path)
    lines = file.read_text().splitlines() if file.exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), "0")
