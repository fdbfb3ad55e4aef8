"""Writes many rows of a model by COPY: a hundred times quicker than saving them."""

from collections.abc import Sequence
from typing import Any

from django.core.management.color import no_style
from django.db import connection, models


def copy(rows: Sequence[models.Model]) -> None:
    """Copies unsaved instances of one model, with their keys set, into its table on PostgreSQL."""
    if not rows:
        return
    fields = rows[0]._meta.concrete_fields
    columns = ", ".join(connection.ops.quote_name(f.column) for f in fields)
    table = connection.ops.quote_name(rows[0]._meta.db_table)
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as out:
        for row in rows:
            out.write_row([f.get_db_prep_save(f.pre_save(row, add=True), connection) for f in fields])


def set_sequences(*kinds: type[models.Model]) -> None:
    """Lets the next saved row get a key after the copied ones."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list[Any](kinds)):
            cursor.execute(statement)
