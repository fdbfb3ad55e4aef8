"""Full-text search with the house tokens: jieba words and character bigrams, cut in Python, the same on both databases.

SQLite keeps them in an FTS5 table, PostgreSQL in a table of tsvectors with a GIN index; both are made by `install`.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models.expressions import RawSQL

from huixiang.nlp import segment

MAX_QUERY_TOKENS = 24

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
    """Sub-selects of case ids: everything found, the part with all words of the query, the rest (None: no words)."""

    all: RawSQL
    with_words: RawSQL | None
    without_words: RawSQL | None


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


def where(query: str) -> Hit | None:
    """The sub-selects for what a person typed; None where it holds nothing to search for."""
    words, bigrams = segment.query_tokens(query)
    if not bigrams:
        return None
    pairs, whole = _match("bigrams", bigrams[:MAX_QUERY_TOKENS]), _match("words", words[:MAX_QUERY_TOKENS])
    if not words:
        return Hit(_select(pairs), None, None)
    but = f"{pairs} NOT {whole}" if connection.vendor == "sqlite" else f"{pairs} AND NOT {whole}"
    return Hit(_select(f"{pairs} OR {whole}"), _select(whole), _select(but))


def _tokens(text: str) -> tuple[str, str]:
    return " ".join(segment.words(text)), " ".join(segment.bigrams(text))


def _match(column: str, tokens: list[str]) -> str:
    if connection.vendor == "sqlite":
        return f"({column} : (" + " AND ".join(f'"{t}"' for t in tokens) + "))"
    # A literal, not a parameter: PostgreSQL must see how common the tokens are to choose between walking the newest
    # cases until a page is full (common) and asking the index (rare). Tokens hold neither quotes nor backslashes.
    return f"{column} @@ '" + " & ".join(f"''{t}''" for t in tokens) + "'::tsquery"


def _select(match: str) -> RawSQL:
    if connection.vendor == "sqlite":
        return RawSQL("SELECT rowid FROM cases_search WHERE cases_search MATCH %s", [match])  # noqa: S611
    return RawSQL(f"SELECT case_id FROM cases_search WHERE {match}", [])  # noqa: S608, S611 - tokens of our own cut
