"""Phones, identity cards and bank cards: digits that pass the check of their kind and are not called something else."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Final

from huixiang.nlp.redaction.kinds import Hit

_SEPARATOR: Final = r"(?:[ ·._/-]|--| - )"
_MOBILE: Final = re.compile(
    rf"(?<![0-9A-Za-z])(?:\(?(?:\+|00)?86\)?[ -]?)?(1{_SEPARATOR}?[3-9](?:{_SEPARATOR}?\d){{9}})(?!\d)"
)
_PHONE_PREFIX: Final = re.compile(r"(?:tel|phone|mobile|mob|vx|wx|dh|sj)$", re.I)
_LETTERED_MOBILE: Final = re.compile(r"(?<=[A-Za-z])(1[3-9]\d{9})(?!\d)")
_MOBILE_GROUPS: Final = frozenset(
    [(11,), (3, 4, 4), (3, 3, 5), (3, 8), (7, 4), (4, 3, 4), (4, 4, 3), (5, 6), (6, 5), (3, 5, 3)]
)
_HAN_DIGIT: Final = "零〇一幺二三四五六七八九壹贰叁肆伍陆柒捌玖"
_HAN_DIGITS: Final = str.maketrans(_HAN_DIGIT, "001123456789123456789")
_HAN_MOBILE: Final = re.compile(
    rf"(?<![{_HAN_DIGIT}十百千万\d])[一幺壹](?:[ -]?[{_HAN_DIGIT}]){{10}}(?![{_HAN_DIGIT}十百千万\d])"
)
_HOME_LINE: Final = re.compile(
    r"(?:(?:家里|家中|家庭|我家|住宅|家用|私人)(?:的)?(?:电话|座机|固话|固定电话)|宅电|家电)(?:号码|号)?(?:是|为)?[: ]*"
    r"(\(?0\d{2,3}\)?[ -]?)?([1-9]\d{3}[ -]?\d{3,4})(?!\d)"
)

# 座机0731-…是我家的: the home stands behind the number.
_HOME_BEHIND: Final = re.compile(
    r"(?<!\d)(\(?0\d{2,3}\)?[ -]?)([1-9]\d{3}[ -]?\d{3,4})(?= ?(?:是我家|\(?(?:家里|我家|住宅)))"
)

# Looked for first: most messages hold no number long enough to be somebody's.
_MAYBE_PHONE: Final = re.compile(r"\d(?:[^\d\n]{0,3}\d){6}")
_MAYBE_HAN_MOBILE: Final = re.compile(rf"[{_HAN_DIGIT}](?:[ -]?[{_HAN_DIGIT}]){{10}}")
_MAYBE_CARD: Final = re.compile(r"\d(?:[ -]?\d){14}")

_AMOUNT_AFTER: Final = re.compile(r"(?:\.\d+)? ?(?:元|块钱|万|亿|吨|斤|公斤|平方|平米|m2|公里|千米|度电|千瓦|人次|%)")
_AMOUNT_OR_RANK_BEFORE: Final = re.compile(r"(?:[¥$]|第) ?$")
_CLAUSE_END: Final = re.compile(r"[,，。;；!?\n]")
_OTHER_NUMBER: Final = re.compile(
    r"单号|订单|工单|编号|编码|合同|案号|流水|凭证|回执|受理号|发票|批号|文号|许可证|信用代码|执照|序列号|条码|条形码|设备号|保单"
    r"|备案|学号|工号|户号|表号|税号|查询码|取件码|档案号|项目号|代码|注册号"
)
_PERSONAL_NUMBER: Final = re.compile(r"电话|手机|联系|致电|拨打|身份证|银行卡|卡号|账号|帐号|账户|帐户")

_PROVINCE: Final = re.compile("1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]")
_ID_18: Final = re.compile(r"(?<!\d)[1-9]\d{5}[ -]?\d{4}[ -]?\d{4}[ -]?\d{3}[\dXx](?!\d)")
_ID_15: Final = re.compile(r"(?<![0-9A-Za-z])[1-9]\d{5}[ -]?\d{6}[ -]?\d{3}(?!\d)")
_ID_LABEL: Final = re.compile(r"身份证|身份号|公民身份|证件号")
# GB 11643-1999: weight of the n-th digit and the check character for each remainder of the weighted sum by 11.
_ID_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS: Final = "10X98765432"

_CARD: Final = re.compile(r"(?<![0-9A-Za-z])\d(?:[ -]?\d){15,18}(?![ -]?\d)")
_CARD_LABEL: Final = re.compile(r"银行卡|卡号|储蓄卡|信用卡|账号|帐号|账户|帐户|工资卡|社保卡")
# Issuer prefixes that circulate in China, with their lengths: UnionPay, Visa, MasterCard, JCB, two old bank series.
_CARD_ISSUERS: Final = re.compile(r"6[0289]\d{14,17}|4\d{15}|5[1-5]\d{14}|35\d{14}|955\d{16}")


def phones(text: str) -> Iterator[Hit]:
    """Find mobile numbers however they are spaced or written, and landlines that are said to be a home's."""
    if _MAYBE_PHONE.search(text):
        yield from _mobiles(text)
        yield from _home_lines(text)
    if _MAYBE_HAN_MOBILE.search(text):
        for match in _HAN_MOBILE.finditer(text):
            digits = match[0].translate(_HAN_DIGITS)
            if _digits(digits)[1] in "3456789":
                yield Hit(match.start(), match.end(), _masked_mobile(digits))


def _mobiles(text: str) -> Iterator[Hit]:
    for match in _MOBILE.finditer(text):
        if _grouped_like_a_mobile(match[1]) and not _is_other_number(text, match.start(), match.end()):
            yield Hit(match.start(), match.end(), _masked_mobile(match[1]))
    for match in _LETTERED_MOBILE.finditer(text):
        if _PHONE_PREFIX.search(text[max(0, match.start() - 6) : match.start()]):
            yield Hit(match.start(), match.end(), _masked_mobile(match[1]))


def _home_lines(text: str) -> Iterator[Hit]:
    for match in _HOME_BEHIND.finditer(text):
        yield Hit(match.start(), match.end(), f"{_digits(match[1])}-****{_digits(match[2])[-2:]}")
    for match in _HOME_LINE.finditer(text):
        area = "" if match[1] is None else f"{_digits(match[1])}-"
        start = match.start(2) if match[1] is None else match.start(1)
        yield Hit(start, match.end(), f"{area}****{_digits(match[2])[-2:]}")


def id_cards(text: str) -> Iterator[Hit]:
    """Find identity numbers: 18 characters with a right checksum or called so, 15 digits with a real date."""
    if not _MAYBE_CARD.search(text):
        return
    for match in _ID_18.finditer(text):
        number = _digits(match[0])
        if is_id_card(number) or (len(number) == 18 and _called(_ID_LABEL, text, match.start())):
            yield Hit(match.start(), match.end(), _ends_kept(number))
    for match in _ID_15.finditer(text):
        number = _digits(match[0])
        is_old_id = _PROVINCE.match(number) and _is_date(f"19{number[6:12]}")
        if is_old_id and not _is_other_number(text, match.start(), match.end()):
            yield Hit(match.start(), match.end(), _ends_kept(number))


def bank_cards(text: str) -> Iterator[Hit]:
    """Find bank cards: 16 to 19 digits of a known issuer with a right check digit, or called a card or account."""
    for match in _CARD.finditer(text) if _MAYBE_CARD.search(text) else ():
        number = _digits(match[0])
        if not _grouped_like_a_card(match[0]):
            continue
        is_card = _CARD_ISSUERS.fullmatch(number) and passes_luhn(number) and not _is_other_number(text, *match.span())
        if is_card or _called(_CARD_LABEL, text, match.start()):
            yield Hit(match.start(), match.end(), f"{'*' * (len(number) - 4)}{number[-4:]}")


def is_id_card(number: str) -> bool:
    """True for 18 characters with a province, a real birth date and the checksum of GB 11643-1999."""
    number = number.upper()
    if len(number) != 18 or not _PROVINCE.match(number) or not _is_date(number[6:14]):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number, _ID_WEIGHTS, strict=False))
    return _ID_CHECKS[total % 11] == number[17]


def passes_luhn(number: str) -> bool:
    """True when the last digit is the check digit of ISO/IEC 7812-1."""
    doubled = (int(digit) * (1 + i % 2) for i, digit in enumerate(reversed(number)))
    return sum(value // 10 + value % 10 for value in doubled) % 10 == 0


def _is_date(yyyymmdd: str) -> bool:
    try:
        return date(int(yyyymmdd[:4]), int(yyyymmdd[4:6]), int(yyyymmdd[6:])).year >= 1880
    except ValueError:
        return False


def _digits(text: str) -> str:
    return re.sub(r"[^0-9Xx]", "", text)


def _groups(text: str) -> tuple[int, ...]:
    return tuple(len(group) for group in re.findall(r"\d+", text))


def _grouped_like_a_mobile(text: str) -> bool:
    groups = _groups(text)
    return groups in _MOBILE_GROUPS or max(groups) == 1 or groups[:-1] == (2,) * (len(groups) - 1)


def _grouped_like_a_card(text: str) -> bool:
    *leading, last = _groups(text)
    return not leading or (set(leading) == {4} and last <= 4) or leading == [6]


def _clause_before(text: str, start: int) -> str:
    return _CLAUSE_END.split(text[max(0, start - 16) : start])[-1]


def _called(label: re.Pattern[str], text: str, start: int) -> bool:
    return label.search(_clause_before(text, start)) is not None


def _is_other_number(text: str, start: int, end: int) -> bool:
    before = _clause_before(text, start)
    if _AMOUNT_AFTER.match(text, end) or _AMOUNT_OR_RANK_BEFORE.search(before):
        return True
    labels = list(_OTHER_NUMBER.finditer(before))
    return bool(labels) and _PERSONAL_NUMBER.search(before, labels[-1].end()) is None


def _masked_mobile(text: str) -> str:
    number = _digits(text)
    return f"{number[:3]}****{number[-4:]}"


def _ends_kept(number: str) -> str:
    return f"{number[0]}{'*' * (len(number) - 2)}{number[-1].upper()}"
