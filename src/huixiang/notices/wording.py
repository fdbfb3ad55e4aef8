"""The words of notices: one small file per event and audience in `words/`, the first line being the subject.

A placeholder is `{name}`; what is filled in is never read for placeholders again.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

# What stands outside the house for the title of a case that is not public.
NOT_PUBLIC = "内容不公开的留言"
WORDS = Path(__file__).parent / "words"
# GB/T 15834: a quotation within a quotation has the other marks.
_TURNED = str.maketrans("“”‘’", "‘’“”")
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


class BadWords(Exception):
    """A notice has no template, or its template asks for something that is not known."""


@dataclass(frozen=True)
class Word:
    """What is said: a subject, a sentence or two, and where to read on."""

    subject: str
    body: str
    url: str = ""


@dataclass(frozen=True)
class Template:
    """The words for one event and audience."""

    subject: str
    body: str

    @property
    def placeholders(self) -> set[str]:
        """What has to be known to fill it in."""
        return set(_PLACEHOLDER.findall(self.subject + self.body))

    def fill(self, facts: Mapping[str, str], url: str = "") -> Word:
        """The words with the facts in place; raises BadWords where one is missing."""
        if missing := self.placeholders - set(facts):
            raise BadWords(f"nothing is known for {sorted(missing)}")
        return Word(_filled(self.subject, facts), _filled(self.body, facts), url)


def quoted(words: str) -> str:
    """What stands between “”: its own quotation marks become the inner ones ‘’, and inner ones the outer."""
    return words.translate(_TURNED)


def _filled(text: str, facts: Mapping[str, str]) -> str:
    def fact(found: re.Match[str]) -> str:
        before = text[: found.start()]
        return quoted(facts[found[1]]) if before.count("“") > before.count("”") else facts[found[1]]

    return _PLACEHOLDER.sub(fact, text)


def names() -> set[str]:
    """Every template there is, as `event.audience`."""
    return {path.stem for path in WORDS.glob("*.txt")}


@cache
def template(event: str, audience: str) -> Template:
    """The template of an event for an audience; raises BadWords where there is none."""
    path = WORDS / f"{event}.{audience}.txt"
    if not path.exists():
        raise BadWords(f"there is no {path.name}")
    subject, _, body = path.read_text(encoding="utf-8").strip().partition("\n")
    return Template(subject.strip(), body.strip())
