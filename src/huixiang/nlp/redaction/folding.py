"""One plain spelling for the detectors: full-width and keycap digits become 0-9, what nobody sees is left out."""

import unicodedata
from dataclasses import dataclass
from typing import Final

from huixiang.nlp.characters import is_ignorable

_DASHES: Final = frozenset("‐‑‒–—―−－﹣﹘ー")
_DOTS: Final = frozenset("·・•‧∙⋅")


@dataclass(frozen=True, slots=True)
class Folded:
    """A text as detectors read it; its i-th character stood at `origin[i]` in the original of `length` characters."""

    text: str
    origin: tuple[int, ...]
    length: int

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """Return where the folded stretch `start:end` stood, with the unseen characters inside and right after it."""
        return self.origin[start], self.origin[end] if end < len(self.origin) else self.length


def fold(text: str) -> Folded:
    """Fold every character of `text` to at most one plain character."""
    plain = text.translate(_PLAIN)
    if len(plain) == len(text):
        return Folded(plain, tuple(range(len(text))), len(text))
    origin = tuple(i for i, char in enumerate(text) if _PLAIN[ord(char)] is not None)
    return Folded(plain, origin, len(text))


class _PlainCharacters(dict[int, str | None]):
    def __missing__(self, code: int) -> str | None:
        answer = self[code] = _plain(chr(code))
        return answer


def _plain(char: str) -> str | None:
    if is_ignorable(char):
        return None
    if char in _DASHES:
        return "-"
    if char in _DOTS:
        return "·"
    if char.isspace():
        return "\n" if char == "\n" else " "
    digit = unicodedata.decimal(char, None)
    if digit is not None:
        return str(digit)
    folded = unicodedata.normalize("NFKC", char)
    return folded if len(folded) == 1 else char


_PLAIN: Final = _PlainCharacters()
