"""Wakes every living case: until now a draft stopped its clocks, which must be read anew."""

from django.db import migrations
from django.utils import timezone

from huixiang.rules.lifecycle import ALIVE


def wake(apps, schema_editor):
    apps.get_model("cases", "Case").objects.filter(state__in=ALIVE).update(look_again_at=timezone.now())


class Migration(migrations.Migration):
    dependencies = [("cases", "0012_lapse_label")]

    operations = [migrations.RunPython(wake, migrations.RunPython.noop)]
