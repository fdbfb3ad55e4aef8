"""Slow judging has lanes of its own: what stalls there holds up neither the other lanes nor the stop."""

import threading
from datetime import timedelta

from huixiang.jobs.management.commands import run_loops

NOW = timedelta(0)


def test_a_stalled_lane_delays_nobody(monkeypatch):
    stalled, freed, turns = threading.Event(), threading.Event(), []

    def stall():
        stalled.set()
        freed.wait(30)

    def quick(stop):
        assert stalled.wait(10), "the slow lanes run beside"
        turns.append(stop.is_set())

    monkeypatch.setattr(run_loops.signal, "signal", lambda *args: None)
    monkeypatch.setattr(run_loops, "ASKING", [(NOW, stall)])
    monkeypatch.setattr(run_loops, "JUDGING", [(timedelta(hours=1), lambda: turns.append("judged"))])
    monkeypatch.setattr(run_loops, "run_until", quick)
    monkeypatch.setattr(run_loops, "LEAVE_SECONDS", 0.05)
    run_loops.Command().handle()
    freed.set()
    assert False in turns and "judged" in turns


def test_a_failing_job_leaves_the_others_of_its_lane_running(db):
    stop, done = threading.Event(), []

    def fails():
        done.append("failed")
        raise ZeroDivisionError

    def works():
        done.append("worked")
        if done.count("worked") == 2:
            stop.set()
        return 1

    run_loops.take_turns([(NOW, fails), (NOW, works)], stop)
    assert done == ["failed", "worked"] * 2
