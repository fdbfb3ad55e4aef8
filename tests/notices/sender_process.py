"""A sender in a process of its own, to be killed: `sender_process.py SMS_URL tell|send SECONDS_LATER`."""

import os
import sys
from datetime import timedelta

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

from django.conf import settings
from django.core.management import call_command
from tests.cast import MORNING

from huixiang.notices.actions import telling

settings.SMS_URL, settings.SMS_TOKEN = sys.argv[1], "token-1"
if sys.argv[2] == "tell":
    for room in ("accounts", "notices"):
        call_command("migrate", room, verbosity=0, skip_checks=True)
    telling.tell(telling.Word("已交办", "您的留言已交办。"), key="event:1", at=MORNING, phone="13812345678")
else:
    print(telling.send_due(at=MORNING + timedelta(seconds=float(sys.argv[3]))), len(telling.dead()))
