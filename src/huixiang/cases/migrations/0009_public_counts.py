"""Counts of public and answered cases beside the stamps: the home page reads them instead of counting every case."""

from django.db import migrations, models
from django.db.models import Count, F
from django.db.models.functions import Mod

from huixiang.cases.ledger import STAMP_SLOTS


def count(apps, schema_editor):
    shown = apps.get_model("cases", "Case").objects.filter(public_at__isnull=False).order_by()
    stamps = apps.get_model("cases", "PublicStamp").objects
    by_slot = shown.annotate(slot=Mod(F("id"), STAMP_SLOTS)).values("slot")
    for row in by_slot.annotate(shown=Count("id"), answered=Count("answered_at")):
        stamps.filter(slot=row["slot"]).update(shown=row["shown"], answered=row["answered"])


class Migration(migrations.Migration):
    dependencies = [("cases", "0008_declined_promises")]
    operations = [
        migrations.AddField("publicstamp", "answered", models.BigIntegerField(default=0)),
        migrations.AddField("publicstamp", "shown", models.BigIntegerField(default=0)),
        migrations.RunPython(count, migrations.RunPython.noop),
    ]
