"""Other faults a supervisor would catch: a private person, an impossible date, a threat, a text cut off."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from huixiang.nlp.dates import moments
from huixiang.nlp.redaction import PersonalData, find
from huixiang.nlp.replies.reading import SUBSTANCE, Reading


class RemarkKind(StrEnum):
    """What kind of fault."""

    PRIVACY = "privacy"
    DATE = "date"
    TONE = "tone"
    TRUNCATED = "truncated"


@dataclass(frozen=True, slots=True)
class Remark:
    """A fault with its exact words in the reply and one sentence about it; `is_grave` sends the reply back."""

    kind: RemarkKind
    span: str
    why: str
    is_grave: bool = False


_FAMILY: Final = re.compile(
    r"[^，。；]{0,14}(?:您|你|其|该|系)[^，。；]{0,4}(?:父亲|母亲|儿子|女儿|女婿|妻子|丈夫|配偶|哥哥|弟弟|"
    r"姐姐|妹妹|岳父|老婆|之子|之女)[^，。；]{2,30}"
    r"|(?:户主|配偶|之子|之女)[\u4e00-\u9fff*×]{2,4}[，,][^。；]{0,12}身份证[^，。；]{0,24}|"
    r"家庭人口\d+人[，,][^，。；]{0,8}(?:贫困|低保)[^，。；]{0,6}"
)
_ASSET: Final = re.compile(
    r"(?:贷款|存款|房产|住房|低保|残疾|征信|欠缴|工资|补偿款|贫困户|患[\u4e00-\u9fff]{1,6}(?:瘤|癌|病)|\d+元)"
)
LATEST_SIGNATURE: Final = 10
"""Days by which a reply may be dated after its publication: portals publish drafts and add later words."""

_ID: Final = frozenset({PersonalData.ID_CARD, PersonalData.BANK_CARD, PersonalData.MINOR})
_OPENS_WRONG: Final = re.compile(
    r"《?问政[\u4e00-\u9fff]{0,4}(?:感谢|[一1]、|\d、)|《[^》]{2,12}(?:[一二1]、|感谢)[^》]*$"
)
_ENDS_OPEN: Final = re.compile(
    r"(?:链接|网址|内容请参看|(?:回复|答复|说明)如下|请点击|"
    r"详见)[：:]?\s*(?:20\d\d年\d+月\d+日)?[。]?\s*$|(?:链接|网址|链接如下|请参看)[：:]\s*[。，；]"
)
_BROKEN_DATE: Final = re.compile(r"[^\d]\d{1,2}\.\d{1,2}\s*$|据调查，20\d\d\.\d{1,2}\.\d{1,2}\s*$")
_THREAT: Final = re.compile(
    r"(?:否则|如再|若再|继续)[^，。；]{0,16}(?:后果自负|追究[^，。；]{0,6}责任|法律责任)|"
    r"不要[^，。；]{0,10}(?:反复|重复)[^，。；]{0,4}(?:发帖|发布|上访)|不要夸大|以讹传讹|实事求是"
    r"|无理取闹|造谣|封建思想|明显存在择校|误解和抵触|不能理解|是您自己|本来就是[^，。；]{2,20}的问题"
)
_GRAVE_TONE: Final = re.compile(r"后果自负|追究|不要[^，。；]{0,10}(?:反复|重复)|无理取闹|不要夸大")
_ON_A_DAY: Final = re.compile(r"(?:您|你|网友)[^，。；]{0,8}于?\s*$")


def remarks(reading: Reading) -> list[Remark]:
    """Return the faults of the reply in the order of their kinds."""
    return [*_privacy(reading), *_dates(reading), *_tone(reading), *_cut(reading)]


def _privacy(reading: Reading) -> Iterator[Remark]:
    text = reading.reply
    for match in _FAMILY.finditer(text):
        if "身份证" in match.group() or _ASSET.search(match.group()):
            span = match.group().strip("，,。； ")
            yield Remark(RemarkKind.PRIVACY, span, "公开了个人的家庭或财产情况，发布前应当隐去。", True)
    for finding in find(text):
        if finding.kind in _ID:
            yield Remark(
                RemarkKind.PRIVACY, finding.span, "公开了个人的证件、账号或未成年人身份，发布前应当隐去。", True
            )


def _dates(reading: Reading) -> Iterator[Remark]:
    text = reading.reply
    for match in re.finditer(r"(20\d\d)年(\d{1,2})月(\d{1,2})日", text):
        if not _exists(*map(int, match.groups())):
            yield Remark(RemarkKind.DATE, match.group(), "日历上没有这一天。")
    for match in re.finditer(r"\d{1,2}月\d{1,2}月", text):
        yield Remark(RemarkKind.DATE, match.group(), "日期写错了。")
    signed = reading.signed
    for moment in moments(text, reading.written):
        if "日" not in moment.text or moment.is_relative:
            continue
        asked_on = _ON_A_DAY.search(text[max(0, moment.start - 12) : moment.start])
        if asked_on and reading.asked and abs(moment.day - reading.asked) > timedelta(days=2) and "20" in moment.text:
            yield Remark(RemarkKind.DATE, moment.text, "与留言的实际日期不符。")
    if signed and reading.asked and signed.day < reading.asked:
        yield Remark(RemarkKind.DATE, signed.text, "落款日期早于留言日期。")
    if signed and reading.written and signed.day > reading.written + timedelta(days=LATEST_SIGNATURE):
        yield Remark(RemarkKind.DATE, signed.text, "落款日期晚于发布日期。")


def _exists(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _tone(reading: Reading) -> Iterator[Remark]:
    for clause in reading.clauses:
        if _THREAT.search(clause.text):
            grave = bool(_GRAVE_TONE.search(clause.text))
            yield Remark(RemarkKind.TONE, clause.text, "语气像训诫，容易激化情绪，请改成说明事实和理由。", grave)


def _cut(reading: Reading) -> Iterator[Remark]:
    text = reading.reply.strip()
    for pattern in (_OPENS_WRONG, _ENDS_OPEN, _BROKEN_DATE):
        match = pattern.search(text)
        if match:
            yield Remark(RemarkKind.TRUNCATED, match.group().strip(), "正文没有写完。")
            return
    if (
        text
        and SUBSTANCE not in reading.roles
        and len(text) < 40
        and not re.search(r"转|收[悉到]|咨询|联系|回复|答复", text)
    ):
        yield Remark(RemarkKind.TRUNCATED, text, "只有称呼，没有正文。")
