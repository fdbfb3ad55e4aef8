"""Exact addresses: street office, town and the name of a community may stay; building, house number and room go."""

import re
from collections.abc import Iterator
from typing import Final

from huixiang.nlp.characters import HAN
from huixiang.nlp.redaction.kinds import Hit

HIDDEN: Final = "(具体地址已隐去)".translate(str.maketrans("()", "（）"))

_NUMBER: Final = "(?:[0-9]{1,3}|[一二三四五六七八九十]{1,3})"
_BUILDING: Final = rf"(?:[A-Za-z]?{_NUMBER}|[A-Za-z])[A-Za-z]? ?(?:栋|幢|号楼|(?<![一二三四五六七八九十])座|#楼?|号院)"
_UNIT: Final = rf"(?:{_NUMBER}|[A-Za-z]|[甲乙丙丁东西]) ?单元"
_FLOOR: Final = rf"{_NUMBER} ?(?:楼|层)"
_ROOM: Final = r"[A-Za-z]?\d{3,4}[A-Ea-e]?"
_ROOM_TAIL: Final = (
    r"(?:(?:室|房(?![屋子价产地间东源])|号房|号(?!楼|线|文|电梯|商|门面|铺|店|公告|车|令))"
    r"|(?!-\d|[\d年元户万亿人个平米㎡套吨间号楼层栋%.·]|[月日]|多|余|名|家|块|戶|m|度|路|条|米))"
)
_DOOR: Final = re.compile(
    rf"(?:{_BUILDING} ?-? ?(?:{_UNIT})? ?[-/]? ?(?:{_FLOOR})? ?|{_UNIT} ?-? ?(?:{_FLOOR})? ?)"
    rf"-?(?:{_ROOM}){_ROOM_TAIL}"
    rf"|(?<![\d-])\d{{1,3}}-\d{{1,2}}-\d{{3,4}} ?(?:室|房|号)?(?![\d-])"
    r"|(?:(?<=我家)|(?<=楼上)|(?<=楼下)|(?<=对门)|(?<=隔壁))\d{3,4} ?(?:室|号房|房(?![屋子价产地间东源])|住户)"
)
# Every door has this in it; looking for it first spares nine messages of ten the search for a door.
_MAYBE_DOOR: Final = re.compile(r"[栋幢楼座#院元层家上下门壁-][ /A-Za-z-]{0,8}\d{3}")
_BUSINESS: Final = re.compile(r" ?(?:号|室)?(?:商铺|门面|铺面|铺|店|档口|摊位|办公室|公司|会议室|诊室|病房|教室|窗口)")
_PUBLIC_HOUSE: Final = re.compile(
    r"政府|政务|服务中心|机关|办公楼|办公区|门诊|住院|医技|教学|行政楼|写字楼|大厦|法院|检察院|公安局|派出所|实验楼|综合楼|图书馆"
)
_HOME: Final = re.compile(r"家属|宿舍|小区|公寓|住宅|我家|家住|住在|安置")
_RESIDENCE: Final = re.compile(
    r"(?:家庭住址|家庭地址|现住址|现住地|住址|居住地址|户籍地址|户籍所在地|户籍地|身份证地址|收货地址|收件地址|我家地址|我家住在?"
    r"|家住在?|本人住在?|我们?住在?|居住在|家在|户口在)(?:是|为|在)?[: ]*"
)
# A place that still names a door when no room is given: 88号, 5组12号, 3栋2单元, 石桥组.
_EXACT: Final = re.compile(
    rf"{_BUILDING}(?: ?{_UNIT})?|{_UNIT}|(?:{_NUMBER}|\d{{4}}) ?号(?!线|文|楼|门)|门牌\d+"
    rf"|{_NUMBER} ?(?:村民小|村民)?组|[{HAN}]{{2}}(?<!小)组"
)
_TOWN: Final = re.compile(r"街道(?:办事处|办)?|(?<![小城古乡])镇(?![上里中区子])|(?<![老城下家])乡(?![村镇下亲里市县])")
_NOT_IN_ADDRESS: Final = re.compile(
    "[的了我你他们在是说被要请把让给与就对并也而]|人员|以及|回复|工作人员|投诉|反映|居民|业主|政府"
)
_CLAUSE: Final = re.compile(r"[,，。;；!?\n、:()\"“”]")
_LONGEST_ADDRESS: Final = 40


def addresses(text: str) -> Iterator[Hit]:
    """Find what leads to one door: from after the street office or town, else from the building or house number on."""
    for match in _DOOR.finditer(text) if _MAYBE_DOOR.search(text) else ():
        clause = _clause_start(text, match.start())
        before = text[clause : match.start()]
        public = _PUBLIC_HOUSE.search(before) and not _HOME.search(before)
        if not public and not _BUSINESS.match(text, match.end()):
            yield Hit(_after_town(text, clause, match.start()), match.end(), HIDDEN)
    for introduction in _RESIDENCE.finditer(text):
        yield from _residence(text, introduction.end())


def _residence(text: str, start: int) -> Iterator[Hit]:
    stop = _CLAUSE.search(text, start)
    clause_end = min(stop.start() if stop else len(text), start + _LONGEST_ADDRESS)
    exact = list(_EXACT.finditer(text, start, clause_end))
    if exact and not _NOT_IN_ADDRESS.search(text, start, exact[0].start()):
        ends = [exact[0].end()]
        for match in exact[1:]:
            if not _NOT_IN_ADDRESS.search(text, ends[-1], match.start()):
                ends.append(match.end())
        yield Hit(_after_town(text, start, exact[0].start()), ends[-1], HIDDEN)


def _clause_start(text: str, end: int) -> int:
    start = max(0, end - _LONGEST_ADDRESS)
    for stop in _CLAUSE.finditer(text, start, end):
        start = stop.end()
    return start


def _after_town(text: str, start: int, exact: int) -> int:
    """Return where the town in front of `exact` ends, or `exact` when the words between are no address."""
    ends = [town.end() for town in _TOWN.finditer(text, start, exact)]
    if ends and not _NOT_IN_ADDRESS.search(text, ends[-1], exact):
        return ends[-1]
    return exact
