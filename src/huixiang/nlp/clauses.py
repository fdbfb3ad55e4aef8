"""Cuts a message into clauses and the runs of neighbouring clauses that could be one demand."""

import re
from typing import Final, NamedTuple

MOST_CLAUSES: Final = 160
"""Clauses that are read; of a longer message the first and the last ones, where citizens ask."""

LONGEST_RUN: Final = 80
"""Characters; a run longer than this is one clause or none."""

MOST_IN_A_RUN: Final = 4

_STOP: Final = re.compile(r"[，,。！？!?；;：:\n…~～]+|\s+|\Z")
_SENTENCE_END: Final = re.compile(r"[。！？!?；;\n…~～]")
_NUMBER: Final = re.compile(
    r"\s*(?:[（(]?(?:[0-9]{1,2}|[一二三四五六七八九十]{1,2})[、.．)）]|第[一二三四五六七八九十]|[一二三四五六]是|[①-⑩])?[、，,\s]*"
)


class Clause(NamedTuple):
    """A stretch between two stops: where it stands, which sentence it belongs to, and the stop that ends it."""

    start: int
    end: int
    sentence: int
    stop: str


class Run(NamedTuple):
    """Neighbouring clauses `first` … `last` of one sentence and the characters they cover."""

    start: int
    end: int
    first: int
    last: int


def clauses(text: str) -> list[Clause]:
    """Return the clauses of `text` in order; the leading number of a listed point belongs to none."""
    found: list[Clause] = []
    start = sentence = 0
    for stop in _STOP.finditer(text):
        begin = _after_number(text, start, stop.start())
        if text[begin : stop.start()].strip():
            found.append(Clause(begin, stop.start(), sentence, stop.group()[:1]))
        start = stop.end()
        sentence += bool(_SENTENCE_END.search(stop.group()))
    if len(found) > MOST_CLAUSES:
        return found[: MOST_CLAUSES // 2] + found[-MOST_CLAUSES // 2 :]
    return found


def runs(found: list[Clause]) -> list[Run]:
    """Return every run of up to four clauses of one sentence."""
    return [
        Run(found[first].start, found[last].end, first, last)
        for first in range(len(found))
        for last in range(first, min(len(found), first + MOST_IN_A_RUN))
        if found[first].sentence == found[last].sentence
        and (first == last or found[last].end - found[first].start <= LONGEST_RUN)
    ]


def _after_number(text: str, start: int, end: int) -> int:
    number = _NUMBER.match(text, start, end)
    return number.end() if number else start
