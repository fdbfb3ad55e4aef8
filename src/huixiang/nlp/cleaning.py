"""What the submit form does to a citizen's text at the door, and nothing more: the words stay theirs."""

import re
import unicodedata
from typing import Final

from huixiang.nlp.characters import WITHOUT_UNFIT

_LINE_BREAK: Final = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_LINE_END_SPACE: Final = re.compile(r"[^\S\n]+(?=\n|\Z)")
_TOO_MANY_BLANK_LINES: Final = re.compile(r"\n{4,}")


def neutralise(text: str) -> str:
    """Return `text` in NFC, `\\n` line ends, no invisible characters, at most two blank lines in a row, ends stripped.

    Applying it twice changes nothing more; the result can be stored by SQLite and PostgreSQL and written into XML.
    """
    text = _LINE_BREAK.sub("\n", text).replace("\t", " ")
    # Deleting first: an invisible character between a letter and its accent would keep NFC from joining them.
    text = unicodedata.normalize("NFC", text.translate(WITHOUT_UNFIT))
    text = _LINE_END_SPACE.sub("", text)
    return _TOO_MANY_BLANK_LINES.sub("\n\n\n", text).strip()
