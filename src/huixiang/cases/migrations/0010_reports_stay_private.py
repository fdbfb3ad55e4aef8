"""A report is private, not merely less than public; unsent drafts are found by their age. SQLite rebuilds the table."""

from django.conf import settings
from django.db import migrations, models

from huixiang.cases import triggers


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0009_public_counts"),
        ("units", "0005_delegation"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunPython(migrations.RunPython.noop, triggers.install),
        migrations.RemoveConstraint(
            model_name="case",
            name="report_is_never_public",
        ),
        migrations.AddIndex(
            model_name="draft",
            index=models.Index(condition=models.Q(("case", None)), fields=["updated_at"], name="draft_unsent"),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "report"), _negated=True), ("visibility", "private"), _connector="OR"
                ),
                name="report_is_never_public",
            ),
        ),
        migrations.RunPython(triggers.install, triggers.install),
    ]
