"""What is left of a reply when form is taken away, and how much of that only moves paper.

Many replies consist of dated parts – a note that the matter was passed on, then the answer; the longest part counts.
"""

import re
from math import log1p
from typing import Final

from huixiang.nlp.replies.cues import CUES

_FORM: Final = re.compile(
    r"^(?:尊敬的|亲爱的)?(?:网友|网民|网名|市民|来信人)?[：:]?[“\"][^”\"]{0,20}[”\"](?:网友|先生|女士|同志)?[：:，,\s]*"
    r"|(?:尊敬的|亲爱的)?(?:网友|网民|市民|来信人|先生|女士)[“\"：:，,！!\s]*(?:UU\d+|A\d+)?[”\"]?"
    r"|(?:您|你)(?:们)?好[！!，,。：:]?"
    r"|(?:20\d\d|二[〇零○]\S\S)年\S{1,3}月\S{1,3}日|20\d\d[.\-/]\d{1,2}[.\-/]\d{1,2}"
    r"|(?:联系)?(?:电话|热线)[：:]?[\d\-—－*、，]{4,}|\d{3,4}[-—－]+\d{4,8}(?:[-—－]\d+)?|\d{7,12}"
    r"|(?:衷心|再次|最后|首先)*(?:感谢|谢谢)[^。！!，,]{0,40}[。！!，,]?|祝(?:您|你)[^。！!]{0,20}[。！!]?|此复|特此(?:回复|答复)"
    r"|(?:您|你)?(?:的)?(?:留言|来信|来件|函件|信件|帖子)(?:我们|已|均|我局|我办)*(?:收悉|收到|阅悉)|已?收悉"
    r"|现(?:将|就)?[^。：:]{0,24}(?:回复|答复|反馈)如下|(?:回复|答复)如下|(?:通过|在)[^。，]{0,10}《?问政[^。，]{0,12}》?的?(?:留言|反映)?"
    r"|欢迎[^。！]{0,30}[。！]|敬请(?:谅解|理解)|请(?:您|你)?(?:予以)?(?:理解|谅解)|(?:高度|非常|十分)重视"
)
_MOVES: Final = re.compile(
    CUES["forwarded"].pattern
    + "|"
    + CUES["contact_instead"].pattern
    + r"|已汇报|建议(?:您|你)?(?:与|向|到|找|联系)[^，。；]{2,24}(?:沟通|反映|咨询|协商|申请|投诉)"
    r"|及时(?:反馈|回复|回告|告知)"
    r"|(?:调查|研究|核实)?(?:核处|阅处|处理|办理)(?:结果|情况)?[^，。；]{0,8}(?:反馈|回复|公布|上网)|请[^，。；]{0,12}(?:咨询|联系)"
)
_PART: Final = re.compile(
    r"(?:(?:20\d\d|二[〇零○]\S\S)年\S{1,3}月\S{1,3}日|20\d\d[.\-]\d{1,2}[.\-]\d{1,2})(?=\s*(?:[“\"]|网友|尊敬|亲爱|您好|你好|《|关于|\s{2,}))"
)
_CLAUSE: Final = re.compile(r"[^，,。；;！!？?\n]+")
_ITEM: Final = re.compile(r"(?:^|[。；;：:\s])\s*(?:[（(]?(?:[1-9]|[一二三四五六七八九])[、.．)）]|[①-⑨])")
_CANNOT: Final = re.compile(
    r"(?:无法|不能|没法)[^，。；]{0,10}(?:核实|查实|查证|调查|联系|核查|答复|回复)|(?:未|没有|请(?:您|你)?|需|如)[^，。；]{0,8}(?:提供|留下|留)[^，。；]{0,16}(?:线索|信息|地址|电话|联系|姓名|资料|证据|情况)"
)
_OPEN_END: Final = re.compile(r"[：:]\s*(?:(?:20\d\d)年\d+月\d+日)?[\s。]*$")
SHORT: Final = (15, 30, 60, 120, 240)
"""Characters of remainder at which the chance of being sent back changes; below 60 nearly all are."""


def parts(reply: str) -> list[str]:
    """Return the dated parts of a reply, in order; one part where there is no date between two letters."""
    cuts = [0, *(match.end() for match in _PART.finditer(reply)), len(reply)]
    return [reply[a:b] for a, b in zip(cuts, cuts[1:], strict=False) if reply[a:b].strip()]


def bare(text: str) -> str:
    """Return `text` without greeting, thanks, dates, telephone numbers and closing formulas."""
    return _FORM.sub("", text).strip(' \n\t\u3000，,。：:；;！!“”"')


def remainder(reply: str, message: str) -> dict[str, float]:
    """Return the named numbers about what is left of `reply`."""
    letters = parts(reply)
    left = [bare(letter) for letter in letters] or [""]
    longest = max(left, key=len)
    moving = sum(len(clause) for clause in _CLAUSE.findall(longest) if _MOVES.search(clause))
    cannot = sum(len(clause) for clause in _CLAUSE.findall(longest) if _CANNOT.search(clause))
    size = max(1, len(longest))
    found = {
        "left.size": log1p(len(longest)) / 4,
        "left.moves": moving / size,
        "left.still": log1p(max(0, len(longest) - moving)) / 4,
        "left.parts": float(len(letters) > 1),
        "left.second": log1p(len(left[-1])) / 4 if len(left) > 1 else 0.0,
        "left.cannot": cannot / size,
        "left.cannot_short": float(cannot > 0 and size < 150),
        "left.open_end": float(bool(_OPEN_END.search(reply))),
        "left.items": log1p(len(_ITEM.findall(reply))),
        "left.items_asked": log1p(len(_ITEM.findall(message))),
    }
    found["left.items_missing"] = float(len(_ITEM.findall(message)) >= 2 and not _ITEM.search(reply))
    return found | {f"left.under_{limit}": float(len(longest) < limit) for limit in SHORT}
