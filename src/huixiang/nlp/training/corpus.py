"""Reads the labelled messages that training learns from: JSON Lines files, plain or gzip, in one directory."""

import gzip
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

Row = Mapping[str, Any]


OWN: Final = Path(__file__).parents[4] / "data" / "labels"
"""Labels made for this project by reading; they name messages and places in them, and hold none of their words."""


class NoData(ValueError):
    """A file that training needs is not in the directory."""


def rows(directory: Path, name: str) -> list[Row]:
    """Return the rows of `NAME.jsonl` or `NAME.jsonl.gz`; raises NoData if there is neither."""
    for path in (directory / f"{name}.jsonl", directory / f"{name}.jsonl.gz"):
        if path.exists():
            raw = path.read_bytes()
            text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8")
            # Not splitlines(): a message may hold characters that Unicode counts as line ends.
            return [json.loads(line) for line in text.split("\n") if line.strip()]
    raise NoData(f"{directory}: no {name}.jsonl[.gz]")


def by_id(found: Iterable[Row]) -> dict[str, Row]:
    """Return the rows by their `id`."""
    return {row["id"]: row for row in found}


def own_labels(name: str) -> dict[str, Row]:
    """Return the project's own labels `NAME` by message id; none where the source does not lie beside its data."""
    return by_id(rows(OWN, name)) if (OWN / f"{name}.jsonl").exists() else {}
