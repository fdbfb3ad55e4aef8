"""Acts that were asked for and then overtaken by a graver one are not needed any more."""

from django.db import migrations
from django.db.models import Exists, OuterRef

GRAVER = {"phone": ["written", "inspection"], "written": ["inspection"]}


def void(apps, schema_editor):
    step = apps.get_model("supervision", "SupervisionStep")
    for means, graver in GRAVER.items():
        done = step.objects.filter(
            case=OuterRef("case"), state="done", means__in=graver, done_at__gte=OuterRef("asked_at")
        )
        step.objects.filter(Exists(done), means=means, state="asked").update(state="void")


class Migration(migrations.Migration):
    dependencies = [("supervision", "0005_pauses_have_a_day")]
    operations = [migrations.RunPython(void, migrations.RunPython.noop)]
