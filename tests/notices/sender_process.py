"""A sender in a process of its own, to be killed: `sender_process.py SMS_URL tell|send SECONDS_LATER`."""

import os
import sys
from datetime import timedelta

import django


def main(url, do, seconds):
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from tests.cast import MORNING

    from huixiang.notices.actions import telling

    settings.SMS_URL, settings.SMS_TOKEN = url, "token-1"
    if do == "send":
        print(telling.send_due(at=MORNING + timedelta(seconds=float(seconds))), len(telling.dead()))
        return
    for room in ("accounts", "notices"):
        call_command("migrate", room, verbosity=0, skip_checks=True)
    telling.tell(telling.Word("已交办", "您的留言已交办。"), key="event:1", at=MORNING, phone="13812345678")


main(*sys.argv[1:])
