"""The background loop in a process of its own, to be killed: `loop_process.py SMS_URL build|loop SECONDS STOP_AT`.

It prints what it did. STOP_AT holds it at a place where it waits to be killed: `midst`, `recorded` or nothing.
"""

import os
import sys
import time
from datetime import timedelta

import django


def stop_here(place):
    print(place, flush=True)
    time.sleep(600)


def build(at):
    from django.core.management import call_command
    from tests.cast import build_town

    call_command("migrate", verbosity=0, skip_checks=True)
    town = build_town()
    handler = town.people["承办人"]
    handler.phone = "13800000001"
    handler.save()
    case = town.handling(kind="complaint", at=at)
    settle(at, case)


def settle(at, case):
    """What accepting told people is out already; only the alarm is left."""
    from huixiang.cases.models import EventDelivery

    EventDelivery.objects.all().delete()


def loop(at, stop_at):
    from huixiang.cases import ledger
    from huixiang.cases.models import CaseEvent
    from huixiang.jobs import delivering
    from huixiang.notices.actions import telling
    from huixiang.rules.lifecycle import Step
    from huixiang.supervision import watching
    from huixiang.supervision.models import Alert

    if stop_at == "midst":
        append = ledger.append_many
        watching.ledger.append_many = lambda rows: (append(rows), stop_here("midst"))
    watching.sweep(at=at)
    if stop_at == "recorded":
        stop_here("recorded")
    while delivering.deliver(at=at):
        pass
    sent = telling.send_due(at=at)
    warned = CaseEvent.objects.filter(step=Step.WARN).count()
    print(Alert.objects.count(), warned, sent, ledger.verify()[1], flush=True)


def main(url, do, seconds="0", stop_at=""):
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    from django.conf import settings
    from tests.cast import MORNING

    settings.SMS_URL, settings.SMS_TOKEN = url, "token-1"
    if do == "build":
        build(MORNING)
    else:
        # The golden hours of a case accepted at MORNING ended five hours later.
        loop(MORNING + timedelta(hours=5, minutes=1, seconds=float(seconds)), stop_at)


main(*sys.argv[1:])
