"""Drops indexes of cases that begin another one or that nothing asks for, and lets lists by due time be walked. SQLite rebuilds the table."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from huixiang.cases import triggers


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0014_approve_by"),
        ("units", "0008_task_clocks"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunPython(migrations.RunPython.noop, triggers.install),
        migrations.AlterField(
            model_name="case",
            name="author",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="cases",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="case",
            name="column",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="cases", to="cases.column"
            ),
        ),
        migrations.AlterField(
            model_name="case",
            name="lead_unit",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="lead_cases",
                to="units.unit",
            ),
        ),
        migrations.AlterField(
            model_name="case",
            name="number",
            field=models.CharField(max_length=20),
        ),
        migrations.AlterField(
            model_name="case",
            name="origin_key",
            field=models.CharField(max_length=100, null=True),
        ),
        migrations.AlterField(
            model_name="case",
            name="topic",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="cases",
                to="units.topic",
            ),
        ),
        migrations.RemoveIndex(model_name="case", name="case_due"),
        migrations.AddIndex(model_name="case", index=models.Index(fields=["due_at", "id"], name="case_due")),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.UniqueConstraint(fields=("number",), name="case_number_once"),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.UniqueConstraint(fields=("origin_key",), name="case_origin_once"),
        ),
        migrations.RunPython(triggers.install, triggers.install),
    ]
