"""One message and its reply, read once: what every check, feature and reef looks at.

A reply consists of clauses that each do one thing: be polite, repeat the message, move paper, point elsewhere, ask for
patience – or say something. Only what is left after the first five can answer anybody.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Final

from huixiang.nlp.dates import Moment, WorkingDays, moments, signature
from huixiang.nlp.replies.cues import CUES
from huixiang.nlp.replies.pieces import Piece, clauses, sentences
from huixiang.nlp.replies.rarity import pairs
from huixiang.nlp.replies.slots import SLOTS

LONGEST: Final = 8000
"""Characters of a reply or a message that are read; what stands after them is not judged, and the judgement says so."""

_TAG: Final = re.compile(r"</?[A-Za-z!][^<>]{0,400}>|&(?:nbsp|lt|gt|amp|quot);")
COURTESY, ECHO, ROUTING, POINTING, WAITING, SUBSTANCE = (
    "courtesy",
    "echo",
    "routing",
    "pointing",
    "waiting",
    "substance",
)

_POLITE: Final = re.compile(
    r"^(?:尊敬的)?(?:来信人|信访人|网友|网民|先生|女士|市民|群众|居民|业主|"
    r"朋友)*[：:，,、 ]*[“\"'”]?[A-Za-z]*\d*[”\"'“]?(?:网友|先生|女士|朋友)*"
    r"[：:，, ]*(?:您好|你好|你们好)?[！!：:，,]*$"
    r"|您好|你好|收悉|来信收到|来信已阅|留言已阅|已阅办|已阅|知悉|获悉|(?:如|若)[^。]{0,16}(?:疑问|不明|"
    r"意见建议|不满意)|祝您|祝你|此复"
    r"|(?:衷心|再次|非常|十分)?(?:感谢|谢谢)(?:您|你|网友|对|大家|广大|各位)?[^。]{0,24}$"
    r"|(?:高度|十分|非常|格外的?|特别|极为)重视$|欢迎[^。]{0,30}(?:监督|支持|意见|建议|来电)|竭诚|"
    r"敬请(?:谅解|理解)|请(?:您|你)?(?:予以)?(?:理解|谅解)$"
    r"|(?:回复|答复|说明|回帖|反馈|汇报)如下$|^现(?:将|就)[^。]{0,40}$|^以上(?:是|为)[^。]{0,30}$|"
    r"特此(?:回复|答复)|^(?:理解|支持|监督|关心|关注)"
    r"|^(?:20\d\d|二[〇零○]\S\S)年\S{1,3}月\S{1,3}日?$|^20\d\d[.\-]\d+[.\-]\d+$|(?:通过|"
    r"在)[^。]{0,16}《?问政[^。]{0,12}》?[^。]{0,12}$|平台[^。]{0,10}(?:留言|反映|咨询)[^。]{0,6}$"
)
_ONLY_UNIT: Final = re.compile(
    r"^(?!.*[对由到向了将拆经系转请])[\u4e00-\u9fffA-Za-z0-9]{2,24}(?:局|委|办公室|政府|街道|大队|中心|"
    r"管委会|办事处|办|处|院|校|司)\d*$"
)
_QUOTED: Final = re.compile(r"[“\"《][^”\"》]{6,600}[”\"》]")
_ROUTING: Final = re.compile(f"{CUES['forwarded'].pattern}|^(?:已|现已|并已?)(?:转|交)[^，。]{{2,20}}$")
_HANDED_TO_US: Final = re.compile(r"转(?:由|交|至|给)?(?:到)?我(?:单位|局|办|镇|院|区|市|县|街道|中心|校|司)")
_FRAMING: Final = re.compile(
    r"^(?:关于|针对|对于|就)?(?:您|你|网友)?(?:所|在[^，。]{0,12})?(?:反映|提出|咨询|投诉)?的?|的?(?:问题|情况|诉求|一事|建议)$"
)
_OPENING: Final = re.compile(r"反映|咨询|提出|关于|针对|投诉|您?的?问题|留言|来信")
_DONE: Final = re.compile(r"\d+月\d+日|经(?:调查|核实|查|现场)|已(?:于|经|对|完成|拆除|修复|整改)|属实|责令|原因")


@dataclass(frozen=True)
class Reading:
    """A reply against its message; `asked` and `written` are their days, None if not known."""

    title: str
    detail: str
    reply: str
    asked: date | None = None
    written: date | None = None
    calendar: WorkingDays | None = field(default=None, compare=False)

    @classmethod
    def of(
        cls,
        title: str,
        detail: str,
        reply: str,
        asked: datetime | date | None,
        written: datetime | date | None,
        *,
        calendar: WorkingDays | None = None,
    ) -> "Reading":
        """Read at most `LONGEST` characters of each text, tags of a pasted page blanked; moments count by day."""
        plain = _TAG.sub(lambda tag: "\n" + " " * (len(tag.group()) - 1), reply[:LONGEST])
        return cls(title[:LONGEST], detail[:LONGEST], plain, _day(asked), _day(written), calendar)

    @cached_property
    def message(self) -> str:
        """Title and detail as one text."""
        return f"{self.title}。{self.detail}"

    @cached_property
    def sentences(self) -> list[Piece]:
        """The sentences of the reply."""
        return sentences(self.reply)

    @cached_property
    def clauses(self) -> list[Piece]:
        """The clauses of the reply, in order."""
        return [clause for sentence in self.sentences for clause in clauses(self.reply, sentence)]

    @cached_property
    def roles(self) -> list[str]:
        """What each clause does, in the order of `clauses`."""
        asked = pairs(self.message)
        quotes = [match.span() for match in _QUOTED.finditer(self.reply)]
        return [
            _role(clause.text, asked, any(a <= clause.start and clause.end <= b for a, b in quotes))
            for clause in self.clauses
        ]

    @cached_property
    def substance(self) -> list[Piece]:
        """The sentences in which at least one clause says something."""
        says = [clause for clause, role in zip(self.clauses, self.roles, strict=True) if role == SUBSTANCE]
        return [s for s in self.sentences if any(s.start <= c.start < s.end for c in says)]

    @cached_property
    def said(self) -> str:
        """The clauses that say something, joined; the rest of the reply is form."""
        return "，".join(c.text for c, role in zip(self.clauses, self.roles, strict=True) if role == SUBSTANCE)

    @cached_property
    def content(self) -> str:
        """The reply without courtesy and repetition of the message: what it says and where it sends."""
        kept = zip(self.clauses, self.roles, strict=True)
        return "，".join(c.text for c, role in kept if role not in {COURTESY, ECHO})

    @cached_property
    def signed(self) -> Moment | None:
        """The date under the reply, if it has one."""
        return signature(self.reply.rstrip(), self.written)

    @cached_property
    def dated(self) -> date | None:
        """The day the reply speaks from: its own date where that is possible, else the day it was published."""
        if self.signed and self.written and self.signed.day <= self.written:
            return self.signed.day if self.asked is None or self.asked <= self.signed.day else self.written
        return self.written

    @cached_property
    def delay(self) -> int | None:
        """Days between message and the reply's own date; None if either is not known."""
        return (self.dated - self.asked).days if self.dated and self.asked else None

    @cached_property
    def moments(self) -> list[Moment]:
        """The moments the reply names, resolved from the day it was published."""
        return moments(self.reply, self.written, self.calendar)

    @cached_property
    def dates_said(self) -> int:
        """How many different moments the substance names."""
        return len(set(SLOTS["when"].findall(self.said)))

    @cached_property
    def concrete(self) -> int:
        """How many different things a reader could check: moments, numbers, papers and acts done."""
        checked = len(set(SLOTS["number"].findall(self.said))) + len(set(SLOTS["document"].findall(self.said)))
        return self.dates_said + checked + len(set(CUES["done"].findall(self.said)))

    def count(self, cue: str) -> int:
        """How often the phrases of `cue` stand in the content."""
        return len(CUES[cue].findall(self.content))

    def has(self, cue: str) -> bool:
        """Whether a phrase of `cue` stands in the content."""
        return bool(CUES[cue].search(self.content))

    def where(self, cue: str, *, within: Sequence[Piece] | None = None) -> Piece | None:
        """The first clause that holds a phrase of `cue`; of all clauses unless `within` names fewer."""
        pattern = CUES[cue]
        return next((clause for clause in (within or self.clauses) if pattern.search(clause.text)), None)


def _day(moment: datetime | date | None) -> date | None:
    return moment.date() if isinstance(moment, datetime) else moment


def _role(text: str, asked: frozenset[str], is_quoted: bool) -> str:
    bare = _QUOTED.sub("", text)
    if _ROUTING.search(bare) and not _DONE.search(bare) and not _HANDED_TO_US.search(bare):
        return ROUTING
    if len(bare) <= 3 or _POLITE.search(bare) or _ONLY_UNIT.match(bare):
        return COURTESY
    if _is_echo(text, asked, is_quoted):
        return ECHO
    if CUES["waiting"].search(bare):
        return WAITING
    if (CUES["contact_instead"].search(bare) or CUES["phone"].search(bare)) and not _DONE.search(bare):
        return POINTING
    return SUBSTANCE


def _is_echo(text: str, asked: frozenset[str], is_quoted: bool) -> bool:
    """True for a clause that only says the message again: its quoted words, or its matter as an opening."""
    own = pairs(_FRAMING.sub("", text))
    shared = len(own & asked) / len(own) if own else 0.0
    return shared > 0.6 and (is_quoted or bool(_OPENING.search(text)))
