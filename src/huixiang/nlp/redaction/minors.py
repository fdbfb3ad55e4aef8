"""A child that could be found: school, class and name in one sentence. Class and name are masked, the school stays."""

import re
from collections.abc import Iterator
from typing import Final

from huixiang.nlp.redaction.kinds import Hit
from huixiang.nlp.redaction.names import read_name_of_someone

_SENTENCE: Final = re.compile(r"[^。!?\n]+")
_SCHOOL: Final = re.compile("小学|中学|初中|高中|幼儿园|学校|附小|附中|完小|[一二三四五六七八九十]中(?![心央])")
_CLASS: Final = re.compile(
    r"(?:(?:[一二三四五六七八九1-9]|初[一二三1-3]|高[一二三1-3])年级|[初高][一二三1-3]年?级?|[小中大](?=[一二三四五六七八九\d(])"
    r"|[一二三四五六七八九](?= ?\()|学前)?"
    r" ?(?:\( ?)?(?:[一二三四五六七八九十]{1,3}|\d{1,4})(?: ?\))? ?班(?![主车倒次组子委干级])"
    r"|(?:[一二三四五六七八九1-9]年级|[初高][一二三1-3])[A-Za-z甲乙丙丁]班|(?<![一-龥])[小中大]班|(?<=园)[小中大]班"
)
_CHILD: Final = re.compile(
    r"(?:学生|同学|孩子|儿子|女儿|小孩|孙子|孙女|小朋友|女生|男生|弟弟|妹妹|侄子|侄女|外甥女|外甥|外孙)"
    r"(?:的?名字)?(?:名叫|叫|是)?[: ]?"
)
_AFTER_CLASS: Final = re.compile(r"的? ?")


def minors(text: str) -> Iterator[Hit]:
    """Find class and child's name where school, class and a child's name stand in one sentence."""
    for sentence in _SENTENCE.finditer(text):
        school = _SCHOOL.search(text, *sentence.span())
        classes = list(_CLASS.finditer(text, *sentence.span())) if school else []
        names = list(_children(text, sentence, classes)) if classes else []
        if names:
            yield from names
            yield from (Hit(*match.span(), "某班") for match in classes)


def _children(text: str, sentence: re.Match[str], classes: list[re.Match[str]]) -> Iterator[Hit]:
    starts = {match.end() for match in _CHILD.finditer(text, *sentence.span())}
    starts |= {_end_of(_AFTER_CLASS, text, match.end()) for match in classes}
    for start in sorted(starts):
        name = read_name_of_someone(text, start)
        if name:
            yield Hit(start, name.end, f"{name.surname}某")


def _end_of(pattern: re.Pattern[str], text: str, start: int) -> int:
    match = pattern.match(text, start)
    return match.end() if match else start
