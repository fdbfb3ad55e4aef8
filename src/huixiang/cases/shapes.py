"""Queries of one fixed shape: put together once per process, afterwards only run, each time with other values.

Django builds the SQL of a query anew every time it is asked; for a page that joins five tables this takes longer than
everything PostgreSQL does. The busiest page, that of one case, therefore keeps its statements.
"""

from collections.abc import Callable
from copy import copy
from functools import cache
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection, connections, models

M = TypeVar("M", bound=models.Model)
# Stand-ins for values while the statement is put together; no real key or text looks like them.
_TEXT, _NUMBER = "\ue000{}\ue000", 1_900_000_000


class Shape(Generic[M]):
    """A query as a function of its values: text or numbers, never None, for absence changes the SQL."""

    def __init__(self, build: Callable[..., "models.QuerySet[M]"], *kinds: type) -> None:
        """`build` makes the query of stand-ins; each of them must reach the SQL as a parameter."""
        self._build = build
        self._marks = [_TEXT.format(n) if kind is str else _NUMBER + n for n, kind in enumerate(kinds)]
        self._plan = cache(self._planned)

    def __call__(self, *values: str | int) -> list[M]:
        """The rows for these values, as the query itself would give them."""
        queryset, compiler, sql, params, converters = self._plan(connection.vendor)
        filled = tuple(self._filled(p, values) for p in params)
        ready = copy(compiler)
        # A connection belongs to its thread, a plan to all of them.
        ready.connection = connections[DEFAULT_DB_ALIAS]
        ready.as_sql = lambda *args, **kwargs: (sql, filled)
        ready.get_converters = lambda expressions: converters
        query = copy(queryset.query)
        query.get_compiler = lambda *args, **kwargs: ready  # type: ignore[method-assign]
        return list(queryset.__class__(model=queryset.model, query=query))

    def first(self, *values: str | int) -> M | None:
        """The first row for these values, if there is one."""
        return next(iter(self(*values)), None)

    def _planned(self, vendor: str) -> tuple["models.QuerySet[M]", Any, str, tuple[Any, ...], Any]:
        queryset = self._build(*self._marks)
        compiler: Any = queryset.query.get_compiler(DEFAULT_DB_ALIAS)
        sql, params = compiler.as_sql()
        converters = compiler.get_converters([column[0] for column in compiler.select])
        missing = [m for m in self._marks if not any(_holds(p, m) for p in params)]
        if missing:
            raise ValueError(f"values {missing} of the query do not reach the SQL as parameters")
        return queryset, compiler, sql, tuple(params), converters

    def _filled(self, param: Any, values: tuple[str | int, ...]) -> Any:
        for mark, value in zip(self._marks, values, strict=True):
            if param == mark:
                return value
            # A prefix search: the mark with its % behind.
            if isinstance(mark, str) and _holds(param, mark):
                return param.replace(mark, connection.ops.prep_for_like_query(value))
        return param


def _holds(param: Any, mark: str | int) -> bool:
    return param == mark or (isinstance(param, str) and isinstance(mark, str) and mark in param)
