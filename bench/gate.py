"""`./huixiang bench gate`: how long one draft takes, how many replies a second two cores judge, how long a start takes.

The texts are the demo town's own messages and replies; nothing but the judgement itself runs, without a database.
"""

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from huixiang.nlp.reefs.judging import Draft, Message, judge

SEEDS = Path(__file__).parents[1] / "seeds"
CORES = 2
STARTS = 3
# Issue 5, "Speed".
MOST_P95_MS, LEAST_PER_SECOND, MOST_START_S = 30.0, 100.0, 1.5
START = "from huixiang.nlp.reefs.judging import judge; judge(None, '好')"


@dataclass(frozen=True)
class Pair:
    """One message and one reply to it."""

    title: str
    detail: str
    reply: str
    kind: str


@dataclass(frozen=True)
class Figures:
    """What was measured: milliseconds a draft, replies a second, seconds a start, each against its limit."""

    drafts: int
    p50_ms: float
    p95_ms: float
    per_second: float
    start_s: float

    def words(self) -> str:
        """The report."""
        rows = [
            f"judged {self.drafts} replies of the demo town",
            _line("one draft, p95", self.p95_ms, "ms", self.p95_ms <= MOST_P95_MS, f"at most {MOST_P95_MS:g} ms"),
            f"  one draft, median: {self.p50_ms:.1f} ms",
            _line(
                f"all of them on {CORES} cores", self.per_second, "replies/s", self.per_second >= LEAST_PER_SECOND,
                f"at least {LEAST_PER_SECOND:g}",
            ),
            _line("a start with the first judgement", self.start_s, "s", self.start_s <= MOST_START_S,
                  f"at most {MOST_START_S:g} s"),
        ]  # fmt: skip
        return "\n".join(rows)


def pairs(folder: Path = SEEDS) -> list[Pair]:
    """Every reply of the demo messages with its message."""
    found = []
    for file in sorted(folder.glob("messages_*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            told = [r for r in row.get("replies", []) if r.get("text")]
            found += [Pair(row["title"], row["body"], r["text"], r["kind"]) for r in told]
    return found


def run(rounds: int = 3) -> Figures:
    """Measures; the first judgement of each process, which loads the model, counts as start and not as work."""
    every = pairs()
    _judge(every[0])
    times = sorted(_timed(pair) for _ in range(rounds) for pair in every)
    return Figures(
        drafts=len(times),
        p50_ms=times[len(times) // 2] * 1000,
        p95_ms=times[int(len(times) * 0.95)] * 1000,
        per_second=_throughput(every * rounds),
        start_s=min(_start() for _ in range(STARTS)),
    )


def _judge(pair: Pair) -> bool:
    return judge(Message(pair.title, pair.detail), Draft(pair.reply, kind=pair.kind)).send_back


def _timed(pair: Pair) -> float:
    begun = time.perf_counter()
    _judge(pair)
    return time.perf_counter() - begun


def _throughput(every: Sequence[Pair]) -> float:
    with ProcessPoolExecutor(CORES, mp_context=get_context("spawn")) as pool:
        list(pool.map(_judge, every[: CORES * 4]))
        begun = time.perf_counter()
        list(pool.map(_judge, every, chunksize=50))
        return len(every) / (time.perf_counter() - begun)


def _start() -> float:
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", START], check=True)  # noqa: S603 - our own interpreter and words
    return time.perf_counter() - begun


def _line(what: str, value: float, unit: str, is_met: bool, limit: str) -> str:
    return f"{'ok  ' if is_met else 'MISS'} {what}: {value:.1f} {unit} ({limit})"
