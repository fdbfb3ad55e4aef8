"""Measures pages on a running server: warms up, counts statements, then times in rounds and takes the medians."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from statistics import median

from bench.driving import Answer, Client, Sample, drive
from bench.pages import Page

ROUNDS = 3
WARM_UP_SECONDS = 4.0
COUNTING = b"X-Bench-Count: 1\r\n\r\n"


class WrongAnswer(Exception):
    """A page answered with another status than it should, so that its figures would mean nothing."""


@dataclass
class Row:
    """What was found for one page with so many clients; times in milliseconds, medians of the rounds."""

    page: str
    clients: int
    per_second: float
    p50_ms: float
    p95_ms: float
    requests: int
    queries: str
    rounds: list[float] = field(default_factory=list)

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


@dataclass
class Measured:
    """All rows of a run on one size of data, and how many messages the server said it had taken."""

    rows: list[Row] = field(default_factory=list)
    accepted: int = 0

    def row(self, page: str, clients: int) -> Row | None:
        """The row of a page; None if it was not measured."""
        return next((r for r in self.rows if r.page == page and r.clients == clients), None)


def measure(
    pages: Sequence[Page], port: int, *, clients: Sequence[int], seconds: float, say: Callable[[str], None]
) -> Measured:
    """Measures every page with each number of clients; round by round, so that a busy moment hits all alike."""
    measured = Measured()
    queries = {}
    for page in pages:
        warm_up(page, port, max(clients), measured)
        queries[page.name] = statements(page, port, measured)
    samples: dict[tuple[str, int], list[Sample]] = {}
    for number in range(ROUNDS):
        say(f"round {number + 1} of {ROUNDS}")
        for page, count in itertools.product(pages, clients):
            sample = timed(page, port, measured, count=count, seconds=seconds / ROUNDS)
            samples.setdefault((page.name, count), []).append(sample)
    for (name, count), found in samples.items():
        measured.rows.append(
            Row(
                name, count,
                median(s.per_second for s in found),
                1000 * median(s.percentile(0.5) for s in found),
                1000 * median(s.percentile(0.95) for s in found),
                sum(len(s.times) for s in found),
                queries[name],
                [round(s.per_second, 1) for s in found],
            )
        )  # fmt: skip
    return measured


def timed(page: Page, port: int, measured: Measured, *, count: int, seconds: float, most: int = 1_000_000) -> Sample:
    """One timed stretch; raises WrongAnswer where an answer is not what the page should give."""
    clients = [Client(port) for _ in range(count)]
    try:
        sample = drive(clients, page.requests(), seconds, most=most)
    finally:
        for client in clients:
            client.close()
    wrong = {status: n for status, n in sample.statuses.items() if status != page.status}
    if wrong:
        raise WrongAnswer(f"{page.name}: {wrong} instead of {page.status}")
    if page.name == "submit":
        measured.accepted += len(sample.times)
    return sample


def warm_up(page: Page, port: int, count: int, measured: Measured) -> None:
    """Asks for the whole mix a few times, so that every process of the server has seen it."""
    timed(page, port, measured, count=count, seconds=WARM_UP_SECONDS, most=max(40, page.mix * 4))


def statements(page: Page, port: int, measured: Measured) -> str:
    """How many statements one request costs: "3", or "3–5" where the requests of the mix differ."""
    counts: list[int] = []
    client = Client(port)
    try:
        for raw in itertools.islice(page.requests(), min(page.mix, 50) if page.status == 200 else 3):
            head, _, body = raw.partition(b"\r\n\r\n")
            answer: Answer = client.ask(head + b"\r\n" + COUNTING + body)
            if answer.status != page.status:
                raise WrongAnswer(f"{page.name}: {answer.status} instead of {page.status}")
            measured.accepted += page.name == "submit"
            counts.append(int(answer.header("X-Bench-Queries")))
    finally:
        client.close()
    low, high = min(counts), max(counts)
    return str(low) if low == high else f"{low}–{high}"
