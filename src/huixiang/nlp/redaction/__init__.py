"""Finds personal data in a message and writes the version that the public may read.

One detector per kind, in a table; each reads the folded text, reports where and what to write instead, and knows
nothing of the others. What was found once is masked wherever it stands again.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

from huixiang.nlp.redaction.addresses import addresses
from huixiang.nlp.redaction.contacts import emails, plates, wechats
from huixiang.nlp.redaction.folding import Folded, fold
from huixiang.nlp.redaction.kinds import Finding, Hit, PersonalData
from huixiang.nlp.redaction.minors import minors
from huixiang.nlp.redaction.names import is_everyday_word, person_names
from huixiang.nlp.redaction.numbers import bank_cards, id_cards, phones

__all__ = ["DETECTORS", "Finding", "PersonalData", "find", "mask"]

DETECTORS: Final[Mapping[PersonalData, Callable[[str], Iterable[Hit]]]] = MappingProxyType(
    {
        PersonalData.ID_CARD: id_cards,
        PersonalData.BANK_CARD: bank_cards,
        PersonalData.EMAIL: emails,
        PersonalData.PHONE: phones,
        PersonalData.PLATE: plates,
        PersonalData.WECHAT: wechats,
        PersonalData.MINOR: minors,
        PersonalData.ADDRESS: addresses,
        PersonalData.PERSON_NAME: person_names,
    }
)
"""Every kind with its detector; of two equally long findings in one place the kind that stands first wins."""

_NUMBERS: Final = frozenset({PersonalData.PHONE, PersonalData.ID_CARD, PersonalData.BANK_CARD})
_REST_OF_OVERLAP: Final = "***"


def find(text: str) -> list[Finding]:
    """Return the personal data in `text` in reading order, without overlaps."""
    folded = fold(text)
    hits = [(kind, hit) for kind, detect in DETECTORS.items() for hit in detect(folded.text)]
    hits = list(dict.fromkeys([*hits, *_repeats(folded.text, hits)]))
    return [_finding(text, folded, kind, hit) for kind, hit in _without_overlaps(hits)]


def mask(text: str, findings: Iterable[Finding] | None = None) -> str:
    """Return `text` with each finding replaced by its mask; all that `find` reports unless `findings` names fewer.

    Raises ValueError when a finding does not belong to this text: masking the wrong place would publish the right one.
    """
    parts: list[str] = []
    done = 0
    for finding in sorted(find(text) if findings is None else findings, key=lambda found: found.start):
        if finding.start < done or text[finding.start : finding.end] != finding.span:
            raise ValueError(f"the finding at {finding.start} does not belong to this text")
        parts += [text[done : finding.start], finding.masked]
        done = finding.end
    return "".join([*parts, text[done:]])


def _finding(text: str, folded: Folded, kind: PersonalData, hit: Hit) -> Finding:
    start, end = folded.original_span(hit.start, hit.end)
    return Finding(kind, start, end, text[start:end], hit.masked)


def _repeats(text: str, hits: list[tuple[PersonalData, Hit]]) -> Iterator[tuple[PersonalData, Hit]]:
    """Yield the other places of what was found, so that a name in the greeting does not stay in the last line."""
    known = {text[hit.start : hit.end]: (kind, hit.masked) for kind, hit in hits}
    for span, (kind, masked) in known.items():
        if not _may_mean_something_else(kind, span):
            for match in _spelled_like(kind, span).finditer(text):
                yield kind, Hit(*match.span(), masked)


def _spelled_like(kind: PersonalData, span: str) -> re.Pattern[str]:
    digits = re.sub(r"[^0-9Xx]", "", span)
    if kind in _NUMBERS and digits:
        return re.compile("[ -]?".join(digits), re.I)
    return re.compile(re.escape(span))


def _may_mean_something_else(kind: PersonalData, span: str) -> bool:
    """True for what is too short or too common to be masked where nothing introduces it."""
    if kind in {PersonalData.ADDRESS, PersonalData.WECHAT}:
        return len(span) < 6
    if kind in {PersonalData.PERSON_NAME, PersonalData.MINOR}:
        return "班" in span or (len(span) < 3 and is_everyday_word(span))
    return False


def _without_overlaps(hits: list[tuple[PersonalData, Hit]]) -> list[tuple[PersonalData, Hit]]:
    """Keep the longest of overlapping hits; what sticks out of it is masked as well rather than shown."""
    rank = {kind: place for place, kind in enumerate(DETECTORS)}
    kept: list[tuple[PersonalData, Hit]] = []
    for kind, hit in sorted(hits, key=lambda found: (found[1].start - found[1].end, rank[found[0]], found[1].start)):
        start, end = hit.start, hit.end
        clipped = hit
        for _, other in kept:
            if other.start <= start < other.end:
                start = other.end
            if other.start < end <= other.end:
                end = other.start
            if (start, end) != (hit.start, hit.end):
                clipped = Hit(start, end, _REST_OF_OVERLAP)
        if clipped.start < clipped.end:
            kept.append((kind, clipped))
    return sorted(kept, key=lambda found: found[1].start)
