"""Runs the background loops in one process: deliveries, notices, watching, escalating, digests, sealing, judging."""

import logging
import signal
import threading
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.db import close_old_connections, connections
from django.utils import timezone

from huixiang.accounts import throttle
from huixiang.cases import ledger
from huixiang.cases.actions import purging
from huixiang.jobs import delivering, digesting, escalating
from huixiang.jobs.saying import why_not
from huixiang.notices.actions import telling
from huixiang.quality.actions import asking_second, looking_back, sampling
from huixiang.supervision import watching

logger = logging.getLogger(__name__)
IDLE_SECONDS = 1.0
# What is under way when the stop comes is left: its lease runs out, and the next start goes on with it.
LEAVE_SECONDS = 5.0
Jobs = Sequence[tuple[timedelta, Callable[[], object]]]


class Command(BaseCommand):
    help = "Deliver events, send notices and digests, watch deadlines, escalate, seal the ledger, judge until stopped."

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        for sign in (signal.SIGTERM, signal.SIGINT):
            signal.signal(sign, lambda *_: stop.set())
        lanes = [threading.Thread(target=_lane, args=(jobs, stop), daemon=True) for jobs in (JUDGING, ASKING)]
        for lane in lanes:
            lane.start()
        run_until(stop)
        for lane in lanes:
            lane.join(LEAVE_SECONDS)


# Slow work has lanes of its own, each a thread: ten thousand replies or a silent endpoint must not delay a deadline.
JUDGING: Jobs = [
    (timedelta(0), lambda: looking_back.work(at=timezone.now())),
    (timedelta(seconds=5), lambda: sampling.judge_waiting(at=timezone.now())),
    (timedelta(minutes=10), lambda: sampling.draw_due(at=timezone.now())),
]
ASKING: Jobs = [(timedelta(seconds=1), lambda: asking_second.work(at=timezone.now()))]


def run_until(stop: threading.Event) -> None:
    """Runs each quick job at its own pace until `stop` is set."""
    take_turns(
        [
            (timedelta(0), lambda: delivering.deliver(at=timezone.now())),
            (timedelta(seconds=2), lambda: telling.send_due(at=timezone.now(), why_not=why_not)),
            (timedelta(seconds=5), lambda: watching.sweep(at=timezone.now())),
            (timedelta(seconds=60), lambda: escalating.escalate(at=timezone.now())),
            (timedelta(seconds=60), lambda: digesting.digest(at=timezone.now())),
            (timedelta(seconds=60), lambda: ledger.seal(at=timezone.now())),
            (timedelta(hours=1), lambda: throttle.sweep(at=timezone.now())),
            (timedelta(hours=1), lambda: purging.purge_drafts(at=timezone.now())),
        ],
        stop,
    )


def take_turns(jobs: Jobs, stop: threading.Event) -> None:
    """Runs each job at its own pace until `stop` is set; a failing job is logged and tried at its next turn."""
    next_turn = [0.0] * len(jobs)
    while not stop.is_set():
        busy = False
        for n, (pace, job) in enumerate(jobs):
            if time.monotonic() < next_turn[n]:
                continue
            next_turn[n] = time.monotonic() + pace.total_seconds()
            try:
                busy = bool(job()) or busy
            except Exception:  # noqa: BLE001 - one failing job must not stop the others
                logger.exception("a background job failed; it runs again at its next turn")
                close_old_connections()
        if not busy:
            stop.wait(IDLE_SECONDS)


def _lane(jobs: Jobs, stop: threading.Event) -> None:
    try:
        take_turns(jobs, stop)
    finally:
        connections.close_all()
