"""The figure for pauses: how long one may last whose day was not named."""

import json

from django.conf import settings
from django.db import migrations, models
from django.db.models import F

import huixiang.rules.clocks

RENAMED = {"region": "region_code", "column": "column_code"}


def add(apps, schema_editor):
    standard = apps.get_model("units", "ServiceStandard")
    rows = json.loads((settings.REFERENCE_DIR / "standards.json").read_text(encoding="utf-8"))
    for row in rows:
        # A new installation has read it from the same file before.
        if row["clock"] == "pause" and not standard.objects.filter(clock="pause").exists():
            standard.objects.create(**{RENAMED.get(k, k): v for k, v in row.items()})
            apps.get_model("units", "RuleVersion").objects.update(value=F("value") + 1)


def remove(apps, schema_editor):
    apps.get_model("units", "ServiceStandard").objects.filter(clock="pause").delete()


class Migration(migrations.Migration):
    dependencies = [("units", "0005_delegation")]
    operations = [
        migrations.AlterField(
            model_name='servicestandard',
            name='clock',
            field=models.CharField(choices=[(huixiang.rules.clocks.ClockKind['REVIEW'], huixiang.rules.clocks.ClockKind['REVIEW']), (huixiang.rules.clocks.ClockKind['ASSIGN'], huixiang.rules.clocks.ClockKind['ASSIGN']), (huixiang.rules.clocks.ClockKind['SIGN'], huixiang.rules.clocks.ClockKind['SIGN']), (huixiang.rules.clocks.ClockKind['FIRST_WORD'], huixiang.rules.clocks.ClockKind['FIRST_WORD']), (huixiang.rules.clocks.ClockKind['ANSWER'], huixiang.rules.clocks.ClockKind['ANSWER']), (huixiang.rules.clocks.ClockKind['SILENCE'], huixiang.rules.clocks.ClockKind['SILENCE']), (huixiang.rules.clocks.ClockKind['COMMITMENT'], huixiang.rules.clocks.ClockKind['COMMITMENT']), (huixiang.rules.clocks.ClockKind['SUPERVISION'], huixiang.rules.clocks.ClockKind['SUPERVISION']), (huixiang.rules.clocks.ClockKind['SAFETY_CONTROL'], huixiang.rules.clocks.ClockKind['SAFETY_CONTROL']), (huixiang.rules.clocks.ClockKind['POST_APPROVAL'], huixiang.rules.clocks.ClockKind['POST_APPROVAL']), (huixiang.rules.clocks.ClockKind['PAUSE'], huixiang.rules.clocks.ClockKind['PAUSE']), (huixiang.rules.clocks.ClockKind['SUPPLEMENT'], huixiang.rules.clocks.ClockKind['SUPPLEMENT']), (huixiang.rules.clocks.ClockKind['RATING'], huixiang.rules.clocks.ClockKind['RATING']), (huixiang.rules.clocks.ClockKind['OBJECTION'], huixiang.rules.clocks.ClockKind['OBJECTION']), (huixiang.rules.clocks.ClockKind['EXTENSION'], huixiang.rules.clocks.ClockKind['EXTENSION']), (huixiang.rules.clocks.ClockKind['REOPENING'], huixiang.rules.clocks.ClockKind['REOPENING'])], max_length=20),
        ),
        migrations.RunPython(add, remove),
    ]
