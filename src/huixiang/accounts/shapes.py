"""Queries of one fixed shape: put together once per process, afterwards only run, each time with other values.

Django builds the SQL of a query anew every time it is asked; for a page that joins five tables this takes longer than
everything PostgreSQL does. What nearly every page asks – the session, who acts, the case – therefore keeps its
statement, and so do rows that nearly every act adds. It stands on the lowest floor because every room above uses it.
"""

from collections.abc import Callable, Sequence
from copy import copy
from datetime import UTC, datetime
from functools import cache
from itertools import pairwise
from operator import itemgetter
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection, connections, models

Row = TypeVar("Row")
Value = str | int | datetime
# Stand-ins for values while the statement is put together; no real key, text or moment looks like them.
_TEXT, _NUMBER, _YEAR = "\ue000{}\ue000", 1_900_000_000, 9000


class Shape(Generic[Row]):
    """A query as a function of its values: text, numbers or moments, never None, for absence changes the SQL."""

    def __init__(self, build: Callable[..., "models.QuerySet[Any, Row]"], *kinds: type) -> None:
        """`build` makes the query of stand-ins; each of them must reach the SQL as a parameter."""
        self._build = build
        self._marks = [_mark(n, kind) for n, kind in enumerate(kinds)]
        self._plan = cache(self._planned)

    def __call__(self, *values: Value) -> list[Row]:
        """The rows for these values, as the query itself would give them."""
        queryset, compiler, sql, fill, converters = self._plan(connection.vendor)
        given = [_adapted(value) for value in values]
        filled = tuple(param(given) for param in fill)
        ready = copy(compiler)
        # A connection belongs to its thread, a plan to all of them.
        ready.connection = connections[DEFAULT_DB_ALIAS]
        ready.as_sql = lambda *args, **kwargs: (sql, filled)
        ready.get_converters = lambda expressions: converters
        query = copy(queryset.query)
        query.get_compiler = lambda *args, **kwargs: ready
        rows = queryset.__class__(model=queryset.model, query=query)
        # Whether it gives models, dictionaries or tuples.
        rows._iterable_class = queryset._iterable_class
        return list(rows)

    def first(self, *values: Value) -> Row | None:
        """The first row for these values, if there is one."""
        return next(iter(self(*values)), None)

    def _planned(self, vendor: str) -> tuple[Any, Any, str, list[Callable[[list[Any]], Any]], Any]:
        queryset: Any = self._build(*self._marks)
        compiler: Any = queryset.query.get_compiler(DEFAULT_DB_ALIAS)
        sql, params = compiler.as_sql()
        converters = compiler.get_converters([column[0] for column in compiler.select])
        marks = [_adapted(mark) for mark in self._marks]
        missing = [m for m in marks if not any(_holds(p, m) for p in params)]
        if missing:
            raise ValueError(f"values {missing} of the query do not reach the SQL as parameters")
        return queryset, compiler, sql, [_filler(param, marks) for param in params], converters


Saved = TypeVar("Saved", bound=models.Model)
# One statement, and the rows it adds: each by its place and the fields whose values it takes.
_Step = tuple[str, list[tuple[int, list[Any]]]]


class Addition(Generic[Saved]):
    """Adds a row, and rows that hang on it, by a kept statement, as Django would; nobody listens to their signals.

    PostgreSQL takes all of them in one statement, SQLite one after the other.
    """

    def __init__(self, model: type[Saved], *hanging: type[models.Model], once: str = "") -> None:
        """Each model of `hanging` has a key to the one before it; `once` names a unique field that may be taken."""
        kinds: tuple[Any, ...] = (model, *hanging)
        self._metas = [kind._meta for kind in kinds]
        self._links = [None, *(_link(low, high) for high, low in pairwise(self._metas))]
        self._once = f" ON CONFLICT ({once}) DO NOTHING" if once else ""
        self._plan = cache(self._planned)

    def __call__(self, row: Saved, *hanging: models.Model) -> bool:
        """Writes the rows and gives them their keys; False where `once` is taken: then nothing is written.

        Raises IntegrityError as Django does.
        """
        rows: tuple[Any, ...] = (row, *hanging)
        for sql, members in self._plan(connection.vendor):
            values = [
                field.get_db_prep_save(field.pre_save(rows[n], True), connection)
                for n, fields in members
                for field in fields
            ]
            with connection.cursor() as cursor:
                cursor.execute(sql, values)
                keys = cursor.fetchone()
            if keys is None:
                return False
            for (n, _), key in zip(members, keys, strict=True):
                rows[n].pk = key
                rows[n]._state.adding, rows[n]._state.db = False, DEFAULT_DB_ALIAS
                if n + 1 < len(rows):
                    setattr(rows[n + 1], self._links[n + 1].attname, key)
        return True

    def _planned(self, vendor: str) -> list[_Step]:
        places = range(len(self._metas))
        fields = [[f for f in meta.local_concrete_fields if f is not meta.auto_field] for meta in self._metas]
        if vendor != "postgresql" or len(places) == 1:
            return [(self._statement(n, fields[n]), [(n, fields[n])]) for n in places]
        fields = [[f for f in fields[n] if f is not self._links[n]] for n in places]
        each = ", ".join(f"row{n} AS ({self._statement(n, fields[n], hangs=n > 0)})" for n in places)
        keys, rows = (", ".join(f"row{n}{end}" for n in places) for end in (".key", ""))
        return [(f"WITH {each} SELECT {keys} FROM {rows}", list(zip(places, fields, strict=True)))]  # noqa: S608 - names of models

    def _statement(self, n: int, fields: list[Any], *, hangs: bool = False) -> str:
        name, meta = connection.ops.quote_name, self._metas[n]
        columns = ", ".join(name(f.column) for f in ([self._links[n]] if hangs else []) + fields)
        if hangs:
            # Out of its place in VALUES a parameter has no type by itself; lengths are checked by the column.
            marks = ", ".join(f"%s::{f.db_type(connection).split('(')[0]}" for f in fields)
            source = f"SELECT row{n - 1}.key, {marks} FROM row{n - 1}"  # noqa: S608 - names of models
        else:
            source = f"VALUES ({', '.join(['%s'] * len(fields))})" + (self._once if n == 0 else "")
        key = name(meta.pk.column)
        return f"INSERT INTO {name(meta.db_table)} ({columns}) {source} RETURNING {key} AS key"  # noqa: S608 - names of models


def _link(low: Any, high: Any) -> Any:
    """The field by which the rows of one model hang on those of another."""
    return next(f for f in low.local_concrete_fields if f.remote_field and f.remote_field.model._meta is high)


def _filler(param: Any, marks: list[Any]) -> Callable[[list[Any]], Any]:
    """What takes the place of a parameter of the planned statement, given the values."""
    for n, mark in enumerate(marks):
        if param == mark:
            return itemgetter(n)
        if _holds(param, mark):
            # A prefix search: the mark with its % behind.
            return lambda values: param.replace(mark, connection.ops.prep_for_like_query(str(values[n])))
    return lambda values: param


def shape_of_many(build: Callable[..., "models.QuerySet[Any, Row]"]) -> Callable[[Sequence[int]], list[Row]]:
    """A query of any number of keys, `build(*keys)`, as shapes for 1, 2, 4, 8, 16, 24, … of them; no keys give no rows.

    The last key stands again in the places left over, so the query must be one that repeated keys do not change.
    """
    shapes = cache(lambda count: Shape(build, *([int] * count)))

    def rows(keys: Sequence[int]) -> list[Row]:
        # Doubling at first, then by eights: a page of forty keys shall not ask for sixty-four.
        count = 1 << max(len(keys) - 1, 0).bit_length() if len(keys) <= 8 else -(-len(keys) // 8) * 8
        found: list[Row] = shapes(count)(*keys, *([keys[-1]] * (count - len(keys)))) if keys else []
        return found

    return rows


def _mark(number: int, kind: type) -> Value:
    if kind is datetime:
        return datetime(_YEAR + number, 1, 1, tzinfo=UTC)
    return _TEXT.format(number) if kind is str else _NUMBER + number


def _adapted(value: Value) -> Any:
    """The value as it stands among the parameters: SQLite takes moments as text."""
    return connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value


def _holds(param: Any, mark: Any) -> bool:
    return bool(param == mark) or (isinstance(param, str) and isinstance(mark, str) and mark in param)
