"""The province's default standard and the known years' calendars, from `data/`."""

import json

from django.conf import settings
from django.db import migrations

RENAMED = {"region": "region_code", "column": "column_code"}


def load(apps, schema_editor):
    standard = apps.get_model("units", "ServiceStandard")
    rows = json.loads((settings.REFERENCE_DIR / "standards.json").read_text(encoding="utf-8"))
    standard.objects.bulk_create(standard(**{RENAMED.get(k, k): v for k, v in row.items()}) for row in rows)
    year = apps.get_model("units", "CalendarYear")
    tables = json.loads((settings.REFERENCE_DIR / "holidays.json").read_text(encoding="utf-8"))
    year.objects.bulk_create(
        year(year=int(name), rest=table["rest"], workdays=table["workdays"], source="docs/sources.md#data-files")
        for name, table in tables.items()
        if name.isdecimal()
    )
    apps.get_model("units", "RuleVersion").objects.create(pk=1, value=1)


def unload(apps, schema_editor):
    for name in ("ServiceStandard", "CalendarYear", "RuleVersion"):
        apps.get_model("units", name).objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("units", "0002_standards")]
    operations = [migrations.RunPython(load, unload)]
