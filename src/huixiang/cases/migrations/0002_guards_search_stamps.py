"""The triggers that guard state and ledger, the search index, and the counters behind kept pages."""

from django.db import migrations

from huixiang.cases import search, triggers
from huixiang.cases.ledger import STAMP_SLOTS


def create_search(apps, schema_editor):
    for statement in search.CREATE[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def drop_search(apps, schema_editor):
    schema_editor.execute(search.DROP)


def create_stamps(apps, schema_editor):
    stamp = apps.get_model("cases", "PublicStamp")
    stamp.objects.bulk_create(stamp(slot=n) for n in range(STAMP_SLOTS))


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial")]
    operations = [
        migrations.RunPython(triggers.install, triggers.remove),
        migrations.RunPython(create_search, drop_search),
        migrations.RunPython(create_stamps, migrations.RunPython.noop),
    ]
