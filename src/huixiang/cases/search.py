"""Full-text search with the house tokens: jieba words and character bigrams, cut in Python, the same on both databases.

SQLite keeps them in an FTS5 table, PostgreSQL in a table of tsvectors with a GIN index; both are made by `install`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models.expressions import RawSQL

from huixiang.nlp import segment

MAX_QUERY_TOKENS = 24
EVERY = 1_000_000_000

CREATE = {
    "sqlite": ["CREATE VIRTUAL TABLE cases_search USING fts5(words, bigrams, tokenize='unicode61')"],
    "postgresql": [
        "CREATE TABLE cases_search (case_id bigint PRIMARY KEY, words tsvector NOT NULL, bigrams tsvector NOT NULL)",
        "CREATE INDEX cases_search_words ON cases_search USING gin (words)",
        "CREATE INDEX cases_search_bigrams ON cases_search USING gin (bigrams)",
    ],
}
DROP = "DROP TABLE cases_search"


@dataclass(frozen=True)
class Hit:
    """Sub-selects of case ids: `bigrams` finds everything, `words` is the better part of it (None: no words)."""

    bigrams: RawSQL
    words: RawSQL | None


def index(case_id: int, texts: Iterable[str]) -> None:
    """Puts the texts of a case into the index in place of what stood there."""
    index_many([(case_id, texts)])


@transaction.atomic
def index_many(rows: Iterable[tuple[int, Iterable[str]]]) -> None:
    """Indexes many cases at once; each row is (case id, its texts)."""
    cut = [(case_id, *_tokens("\n".join(texts))) for case_id, texts in rows]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.executemany("DELETE FROM cases_search WHERE rowid = %s", [(c[0],) for c in cut])
            cursor.executemany("INSERT INTO cases_search (rowid, words, bigrams) VALUES (%s, %s, %s)", cut)
        else:
            cursor.executemany(
                "INSERT INTO cases_search VALUES (%s, array_to_tsvector(%s::text[]), array_to_tsvector(%s::text[]))"
                " ON CONFLICT (case_id) DO UPDATE SET words = EXCLUDED.words, bigrams = EXCLUDED.bigrams",
                [(i, sorted(set(w.split())), sorted(set(b.split()))) for i, w, b in cut],
            )


def forget(case_id: int) -> None:
    """Takes a case out of the index."""
    column = "rowid" if connection.vendor == "sqlite" else "case_id"
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM cases_search WHERE {column} = %s", [case_id])  # noqa: S608 - two fixed names


def where(query: str, *, most: int = EVERY) -> Hit | None:
    """The sub-selects for what a person typed, of the newest `most` hits; None where it holds nothing to search for."""
    words, bigrams = segment.query_tokens(query)
    if not bigrams:
        return None
    bigrams, words = bigrams[:MAX_QUERY_TOKENS], words[:MAX_QUERY_TOKENS]
    return Hit(_select("bigrams", bigrams, most), _select("words", words, most) if words else None)


def candidates(text: str, *, limit: int = 200) -> list[int]:
    """Ids of the latest cases that share telling words with `text`: material for a similarity ranking."""
    words = sorted({w for w in segment.words(text) if len(w) > 1}, key=len, reverse=True)[:12]
    if not words:
        return []
    table = "cases_search"
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            match = "words : (" + " OR ".join(f'"{w}"' for w in words) + ")"
            cursor.execute(
                f"SELECT rowid FROM {table} WHERE {table} MATCH %s ORDER BY rank LIMIT %s",  # noqa: S608
                [match, limit],
            )
        else:
            match = " | ".join(f"'{w}'" for w in words)
            cursor.execute(
                f"SELECT case_id FROM {table} WHERE words @@ %s::tsquery"  # noqa: S608
                " ORDER BY ts_rank(words, %s::tsquery) DESC, case_id DESC LIMIT %s",
                [match, match, limit],
            )
        return [row[0] for row in cursor.fetchall()]


def _tokens(text: str) -> tuple[str, str]:
    return " ".join(segment.words(text)), " ".join(segment.bigrams(text))


def _select(column: str, tokens: list[str], most: int) -> RawSQL:
    # The limit also keeps PostgreSQL from trying case by case whether it is a hit: hits first, cases afterwards.
    params: list[Any]
    if connection.vendor == "sqlite":
        params = [f"{column} : (" + " AND ".join(f'"{t}"' for t in tokens) + ")"]
        match = "SELECT rowid FROM cases_search WHERE cases_search MATCH %s ORDER BY rowid DESC LIMIT %s"
        return RawSQL(match, [*params, most])  # noqa: S611
    params = [" & ".join(f"'{t}'" for t in tokens)]
    match = f"SELECT case_id FROM cases_search WHERE {column} @@ %s::tsquery ORDER BY case_id DESC LIMIT %s"  # noqa: S608
    return RawSQL(match, [*params, most])  # noqa: S611
