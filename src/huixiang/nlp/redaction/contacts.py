"""Licence plates, mailboxes, and WeChat or QQ numbers that are introduced as such."""

import re
from collections.abc import Iterator
from typing import Final

from huixiang.nlp.redaction.kinds import Hit

_SERIAL: Final = "A-HJ-NP-Za-hj-np-z0-9"
_PLATE: Final = re.compile(
    r"([京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Za-hj-np-z])[ ·.-]{0,3}"
    rf"([DFdf][ ·]?[{_SERIAL}]\d{{4}}|\d{{5}}[DFdf]|[{_SERIAL}]{{4}}[{_SERIAL}挂学港澳])(?![0-9A-Za-z警])"
)
_SOMETHING_ELSE: Final = re.compile(r" ?(?:号文|元|万|年\d|平方)")
_EMAIL: Final = re.compile(
    r"(?<![A-Za-z0-9._%+-])([A-Za-z0-9][A-Za-z0-9._%+-]{0,63})@((?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,})"
)
_PUBLIC_MAILBOX: Final = re.compile(r"\.gov\.cn$|\.gov$", re.I)
_WECHAT: Final = re.compile(
    r"(?:微信号?码?|薇信号?|威信号?|[Vv]信号?|(?<![A-Za-z])(?:wechat|weixin|[Vv][Xx]|[Ww][Xx])|加[Vv微薇])(?:\(?同号\)?)?"
    r"(?:账号|帐号|id|ID)?(?:是|为|号)?[: =]{0,3}([A-Za-z][A-Za-z0-9_-]{5,19}|1[3-9]\d{9})(?![A-Za-z0-9_])"
)
_QQ: Final = re.compile(
    r"(?:[Qq][Qq]|扣扣|企鹅)(?:号码?|账号|帐号)?(?:是|为)?[: =]{0,3}([1-9]\d{4,10})(?!\d)(?! ?[元人块万个次年])"
)


def plates(text: str) -> Iterator[Hit]:
    """Find licence plates of cars, also new-energy ones; police cars are left, since they stand for their office."""
    for match in _PLATE.finditer(text):
        place, serial = match[1].upper(), re.sub("[ ·]", "", match[2]).upper()
        enough_digits = sum(char.isdigit() for char in serial) >= 3
        if enough_digits and not _SOMETHING_ELSE.match(text, match.end()):
            yield Hit(match.start(), match.end(), f"{place}·{'*' * (len(serial) - 2)}{serial[-2:]}")


def emails(text: str) -> Iterator[Hit]:
    """Find mailboxes, except those of government offices."""
    for match in _EMAIL.finditer(text):
        if not _PUBLIC_MAILBOX.search(match[2]):
            yield Hit(match.start(), match.end(), f"{match[1][0]}***@{match[2]}")


def wechats(text: str) -> Iterator[Hit]:
    """Find WeChat and QQ numbers that follow the word; group numbers and public accounts are not a person's."""
    for pattern in (_WECHAT, _QQ):
        for match in pattern.finditer(text):
            yield Hit(match.start(1), match.end(1), f"{match[1][0]}****")
