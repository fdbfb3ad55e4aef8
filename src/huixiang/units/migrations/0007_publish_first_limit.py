"""How many replies may go out first: a table, with the province's default from `data/`."""

import json

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def load(apps, schema_editor):
    rows = json.loads((settings.REFERENCE_DIR / "publish_first.json").read_text(encoding="utf-8"))
    limit = apps.get_model("units", "PublishFirstLimit")
    limit.objects.bulk_create(limit(**row) for row in rows)


class Migration(migrations.Migration):

    dependencies = [
        ('units', '0006_pause_standard'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='PublishFirstLimit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('region_code', models.CharField(max_length=12)),
                ('most', models.PositiveSmallIntegerField()),
                ('source', models.CharField(max_length=200)),
                ('effective_from', models.DateField()),
                ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['region_code', 'effective_from'],
                'constraints': [models.UniqueConstraint(fields=('region_code', 'effective_from'), name='one_publish_first_limit_per_day'), models.CheckConstraint(condition=models.Q(('source', ''), _negated=True), name='publish_first_limit_names_its_source')],
            },
        ),
        migrations.RunPython(load, migrations.RunPython.noop),
    ]
