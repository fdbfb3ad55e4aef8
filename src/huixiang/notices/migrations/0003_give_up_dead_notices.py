"""Notices that had used up their tries are given up by name from now on."""

from django.db import migrations
from django.db.models import F

TRIES_BEFORE = 8


def give_up(apps, schema_editor):
    waiting = apps.get_model("notices", "Notice").objects.filter(sent_at=None, tries__gte=TRIES_BEFORE)
    waiting.update(given_up_at=F("created_at"))


class Migration(migrations.Migration):
    dependencies = [("notices", "0002_channels")]
    operations = [migrations.RunPython(give_up, migrations.RunPython.noop)]
