"""Cuts a text into sentences and clauses that remember where they stood, so that every finding can quote its words."""

import re
from dataclasses import dataclass
from typing import Final

_SENTENCE: Final = re.compile(r"[^。！？!?；;\n]+[。！？!?；;\n]*")
_CLAUSE: Final = re.compile(r"[^，,：:。！？!?；;\n]+")
_EDGE: Final = " \t\r\n\u3000。！？!?；;，,、：:"


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text: `text == whole[start:end]`."""

    start: int
    end: int
    text: str


def sentences(text: str) -> list[Piece]:
    """Return the sentences of `text` in order, without the marks and blanks at their edges."""
    return [piece for match in _SENTENCE.finditer(text) if (piece := trimmed(text, *match.span())).text]


def clauses(text: str, within: Piece) -> list[Piece]:
    """Return the clauses of the sentence `within`, a part of `text`, in order."""
    found = _CLAUSE.finditer(text, within.start, within.end)
    return [piece for match in found if (piece := trimmed(text, *match.span())).text]


def trimmed(text: str, start: int, end: int) -> Piece:
    """Return `text[start:end]` without marks and blanks at its edges."""
    while start < end and text[start] in _EDGE:
        start += 1
    while end > start and text[end - 1] in _EDGE:
        end -= 1
    return Piece(start, end, text[start:end])
