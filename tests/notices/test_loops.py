"""One turn of the background loops: events delivered, notices sent, what nobody read escalated, digests made."""

import threading
from datetime import timedelta

from tests.cast import MORNING

from huixiang.jobs.management.commands import run_loops
from huixiang.notices.actions import preferring
from huixiang.notices.models import Channel, Choice, Notice
from huixiang.supervision.actions import ordering


def test_one_turn_delivers_sends_escalates_and_digests(town, gateway, mail, monkeypatch):
    head = town.people["负责人"]
    head.email = "head@example.org"
    head.save(update_fields=["email"])
    preferring.choose(head, Channel.EMAIL, Choice.DIGEST)
    case, act = town.handling(), town.act("督办员", role="督办员")
    ordering.issue(case, act, region=town.regions["岳麓区"], reason="超时", demands="三日内答复")
    stop, moments = threading.Event(), {"at": MORNING}
    monkeypatch.setattr(run_loops.timezone, "now", lambda: moments["at"])

    def turn(at):
        moments["at"] = at
        stop.clear()
        # The last job of a turn ends it.
        monkeypatch.setattr(run_loops.throttle, "sweep", lambda at: stop.set())
        run_loops.run_until(stop)

    turn(MORNING)
    assert gateway.texts(), "the citizen was texted"
    turn(MORNING + timedelta(hours=6))
    assert Notice.objects.filter(subject__contains="还没有人看", user=head).exists()
    turn(MORNING + timedelta(hours=6))
    assert [m for m in mail.got if b"head@example.org" in m] != [] and len(mail.got) == 1
