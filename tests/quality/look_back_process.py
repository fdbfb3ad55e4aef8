"""The judging loop in a process of its own, to be killed: `look_back_process.py build|work SECONDS STOP_AT`.

STOP_AT holds it where it waits to be killed: `judged` (opinions stored, the look-back not told) or nothing.
"""

import os
import sys
import time
from datetime import date, timedelta

import django

REPLIES = 4


def stop_here(place):
    print(place, flush=True)
    time.sleep(600)


def build(at):
    from django.core.management import call_command
    from tests.cast import build_town
    from tests.quality.conftest import HOLLOW, answer

    from huixiang.quality import access
    from huixiang.quality.actions import looking_back
    from huixiang.units.access import actor_of

    call_command("migrate", verbosity=0, skip_checks=True)
    town = build_town()
    for _ in range(REPLIES):
        answer(town, HOLLOW)
    replies = access.replies(actor_of(town.people["督办员"], at=at), town.units["住建局"])
    days = {"from_on": date(2026, 11, 1), "until_on": date(2026, 11, 30)}
    looking_back.ask(replies, town.units["住建局"], town.act("督办员", at), **days)


def work(at, stop_at):
    from huixiang.quality.actions import looking_back
    from huixiang.quality.models import LookBack, Opinion

    looking_back.BATCH = 1
    if stop_at:
        save = looking_back._save
        looking_back._save = lambda *given: (
            stop_here("judged") if Opinion.objects.count() == 2 else None,
            save(*given),
        )
    while looking_back.work(at=at):
        pass
    looking_back.work(at=at)
    done = LookBack.objects.get()
    print(done.state, Opinion.objects.count(), done.looked.exclude(opinion=None).count(), flush=True)


def main(do, seconds="0", stop_at=""):
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    from tests.cast import MORNING

    at = MORNING + timedelta(days=10, seconds=float(seconds))
    if do == "build":
        build(at)
    else:
        work(at, stop_at)


main(*sys.argv[1:])
