"""What kinds of personal data there are and how a found one is described."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class PersonalData(StrEnum):
    """Kinds of personal data that must not stand in a public text."""

    PHONE = "phone"
    ID_CARD = "id_card"
    BANK_CARD = "bank_card"
    PLATE = "plate"
    EMAIL = "email"
    WECHAT = "wechat"
    ADDRESS = "address"
    PERSON_NAME = "person_name"
    MINOR = "minor"


@dataclass(frozen=True, slots=True)
class Finding:
    """One stretch of a text that names a person: `text[start:end] == span`, to be replaced by `masked`."""

    kind: PersonalData
    start: int
    end: int
    span: str
    masked: str


class Hit(NamedTuple):
    """What a detector reports: positions in the folded text and what to write instead."""

    start: int
    end: int
    masked: str
