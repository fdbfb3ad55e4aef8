"""Promises of final replies that were already out become rows, so that none is forgotten."""

from typing import Any

from django.db import migrations

BATCH = 500


def keep(apps: Any, schema_editor: Any) -> None:
    """One open commitment per published final reply whose case still waits for its promise."""
    replies = apps.get_model("cases", "Reply").objects.filter(
        state="published", kind="final", case__state="tracking", promise_due_on__isnull=False
    )
    commitment = apps.get_model("cases", "Commitment")
    rows = (
        commitment(
            case_id=r.case_id, reply_id=r.pk, unit_id=r.unit_id, what=r.promise or "承诺事项", due_on=r.promise_due_on,
            state="open", opened_at=r.published_at,
        )  # fmt: skip
        for r in replies.order_by("pk").iterator(BATCH)
    )
    commitment.objects.bulk_create(rows, batch_size=BATCH)


class Migration(migrations.Migration):
    """Only rows; nothing to undo, for the table goes with the migration before."""

    dependencies = [("cases", "0005_gate")]
    operations = [migrations.RunPython(keep, migrations.RunPython.noop)]
