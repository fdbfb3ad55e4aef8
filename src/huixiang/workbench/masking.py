"""Personal data in a text, for the eyes of a reviewer: where it stands and what it is."""

from collections.abc import Container
from dataclasses import dataclass

from huixiang.nlp import redaction
from huixiang.nlp.redaction import Finding, PersonalData

KIND_LABELS = {
    PersonalData.PHONE: "电话",
    PersonalData.ID_CARD: "身份证号",
    PersonalData.BANK_CARD: "银行卡号",
    PersonalData.PLATE: "车牌",
    PersonalData.EMAIL: "邮箱",
    PersonalData.WECHAT: "微信",
    PersonalData.ADDRESS: "详细住址",
    PersonalData.PERSON_NAME: "姓名",
    PersonalData.MINOR: "未成年人",
}


@dataclass(frozen=True)
class Piece:
    """A stretch of text; `kind` names the personal data in it, empty for plain words."""

    text: str
    kind: str = ""


@dataclass(frozen=True)
class Found:
    """Personal data in one part of a message, under a key that a checkbox can carry."""

    key: str
    place: str
    kind: str
    finding: Finding
    is_restored: bool


def pieces(text: str, findings: list[Finding]) -> list[Piece]:
    """The text cut at its findings, each with the name of its kind."""
    cut: list[Piece] = []
    done = 0
    for found in sorted(findings, key=lambda f: f.start):
        if found.start > done:
            cut.append(Piece(text[done : found.start]))
        cut.append(Piece(found.span, KIND_LABELS[found.kind]))
        done = found.end
    return [*cut, Piece(text[done:])] if done < len(text) else cut


def found_in(place: str, text: str, restored: Container[str]) -> list[Found]:
    """The personal data of one part of a message; `restored` holds the keys of false alarms."""
    keyed = [(f"{place}:{f.start}-{f.end}", f) for f in redaction.find(text)]
    return [Found(key, place, KIND_LABELS[f.kind], f, key in restored) for key, f in keyed]
