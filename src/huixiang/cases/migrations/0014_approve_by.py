"""By when a reply that went out first is to be approved; the watch fills it in for those that wait already."""

from django.conf import settings
from django.db import migrations, models


def wake(apps, schema_editor):
    """The next sweep looks at the cases whose replies wait for approval, and writes down what their clocks say."""
    waiting = apps.get_model("cases", "Reply").objects.filter(
        state="published", reviewer__isnull=True, author__isnull=False
    )
    cases = apps.get_model("cases", "Case").objects.filter(pk__in=waiting.values("case_id"))
    cases.filter(look_again_at__isnull=False).update(look_again_at=models.F("submitted_at"))


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0013_look_again_after_drafts'),
        ('units', '0007_publish_first_limit'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='reply',
            name='approve_by_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name='reply',
            index=models.Index(condition=models.Q(('author__isnull', False), ('reviewer__isnull', True), ('state', 'published')), fields=['unit', 'approve_by_at'], name='reply_unapproved'),
        ),
        migrations.RunPython(wake, migrations.RunPython.noop),
    ]
