"""Which characters count as Han, as invisible, as unfit for stored text – said once for the whole room."""

import unicodedata
from typing import Final

HAN: Final = r"\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
"""Body of a regular-expression class that matches one Han character (CJK Unified Ideographs and extensions, 々, 〇)."""

# Unicode files these under "format", but they are drawn, so removing them would change what a reader sees.
_DRAWN_FORMAT_CHARACTERS: Final = frozenset(
    "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u08e2\U000110bd\U000110cd"
)
# Letters and marks that are drawn as nothing at all; they only serve to hide text or to split a number.
_BLANK_LETTERS: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")
_KEYCAP: Final = "\u20e3"
_KEPT_CONTROLS: Final = frozenset("\n\t")


def is_unfit(char: str) -> bool:
    """True for controls (not newline, tab), format characters, blanks posing as letters, surrogates, noncharacters."""
    if char in _KEPT_CONTROLS or char in _DRAWN_FORMAT_CHARACTERS:
        return False
    category = unicodedata.category(char)
    return category in {"Cc", "Cf", "Cs"} or char in _BLANK_LETTERS or _is_noncharacter(ord(char))


def is_ignorable(char: str) -> bool:
    """True for what a reader does not see between two digits: the unfit, variation selectors and the keycap frame."""
    return is_unfit(char) or char == _KEYCAP or "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef"


def _is_noncharacter(code: int) -> bool:
    return code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF


class Deletions(dict[int, str | None]):
    """A table for `str.translate` that deletes what `is_unfit` names and remembers each answer."""

    def __missing__(self, code: int) -> str | None:
        char = chr(code)
        answer = None if is_unfit(char) else char
        self[code] = answer
        return answer


WITHOUT_UNFIT: Final = Deletions()
