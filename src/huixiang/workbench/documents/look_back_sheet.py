"""What the report of a look-back says on paper, as plain words; how it looks is up to the files made from it."""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.utils.timezone import localtime

from huixiang.cases.choices import Visibility
from huixiang.quality.figures import Figures, Share
from huixiang.quality.models import LookBack
from huixiang.quality.worst import Bad, Told

# XML, and so DOCX, has no place for these.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
LONGEST_QUOTE = 1200
NOT_PUBLIC = "（留言人选择不公开内容）"


@dataclass(frozen=True)
class Table:
    """A small table: its title, the names of its columns and its rows; the first column holds words."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Fault:
    """One finding on paper: its name with the severity, the quoted words, the reason and the cure."""

    name: str
    is_grave: bool
    quote: str
    why: str
    cure: str


@dataclass(frozen=True)
class Entry:
    """One of the worst replies on paper."""

    title: str
    facts: str
    body: str
    faults: tuple[Fault, ...]


@dataclass(frozen=True)
class LookBackSheet:
    """The parts of a report, top to bottom."""

    title: str
    period: str
    summary: tuple[str, ...]
    tables: tuple[Table, ...]
    entries_title: str
    entries: tuple[Entry, ...]
    note: str
    made_on: str
    file_name: str

    def parts(self) -> dict[str, Any]:
        """The parts as plain values."""
        return asdict(self)


def sheet_of(look_back: LookBack, figures: Figures, worst: Sequence[Bad]) -> LookBackSheet:
    """The words of a report; `worst` as the person who prints it may see them."""
    first, last = look_back.from_on, look_back.until_on
    return LookBackSheet(
        title=f"{look_back.unit.name}回复质量回头看",
        period=f"{_day(first)}至{_day(last)}发布的回复（含下级单位）",
        summary=_summary(figures),
        tables=tuple(table for table in _tables(figures) if table.rows),
        entries_title=f"问题最重的{len(worst)}条回复" if worst else "没有发现有问题的回复",
        entries=tuple(_entry(bad) for bad in worst),
        note="本报告由系统按八类“暗礁”的标准自动判断，供改进工作参考；个别判断可能有误，以人工复核为准。"
        "数字包括不公开的留言，引用的原文只取公众能看到的回复。",
        made_on=_day(localtime(look_back.finished_at or look_back.asked_at).date()),
        file_name=f"{look_back.unit.short_name}回头看{first:%Y%m%d}-{last:%Y%m%d}",
    )


def _summary(figures: Figures) -> tuple[str, ...]:
    if not figures.replies:
        return ("这段时间没有发布过回复。",)
    whole = Share("", figures.replies, figures.sent_back)
    lines = [
        f"共判断{figures.replies}条回复：有{figures.sent_back}条本该退回修改（{whole.percent}%），"
        f"{figures.warned}条有不足、值得提醒，{figures.clean}条没有发现问题。"
    ]
    if figures.failed:
        lines.append(f"另有{figures.failed}条没有判断成，没有计入。")
    return tuple(lines)


def _tables(figures: Figures) -> list[Table]:
    share = ("回复", "应退回", "占比")
    return [
        Table(
            "八类问题各有多少",
            ("问题", "应退回", "提醒", "合计"),
            tuple((r.name, str(r.sent_back), str(r.warned), str(r.together)) for r in figures.reefs if r.together),
        ),
        Table("随时间的变化", ("时间", *share), tuple(_share(one) for one in figures.trend if one.replies)),
        Table("各单位", ("单位", *share), tuple(_share(one) for one in figures.units) if figures.units[1:] else ()),
    ]


def _share(one: Share) -> tuple[str, ...]:
    return (_clean(one.label), str(one.replies), str(one.sent_back), f"{one.percent}%")


def _entry(bad: Bad) -> Entry:
    reply, said_on = bad.reply, localtime(bad.reply.published_at or bad.reply.updated_at).date()
    remarks = tuple(
        Fault(
            _REMARKS.get(one["kind"], one["kind"]), is_grave=False, quote=_clean(one["span"]), why=one["why"], cure=""
        )
        for one in bad.remarks
    )
    return Entry(
        title=_clean(reply.case.title) if reply.case.visibility == Visibility.PUBLIC else NOT_PUBLIC,
        facts=f"{reply.case.number}　{_clean(reply.unit.name)}　{_day(said_on)}{reply.get_kind_display()}",
        body=_clean(reply.body)[:LONGEST_QUOTE] + ("……" if len(reply.body) > LONGEST_QUOTE else ""),
        faults=tuple(_fault(one) for one in bad.findings) + remarks,
    )


_REMARKS = {"privacy": "泄露个人信息", "date": "日期不对", "tone": "语气不当", "truncated": "文字不全"}


def _fault(one: Told) -> Fault:
    quote = f"“{_clean(one.span)}”" if one.span else _clean(one.absence)
    return Fault(f"{one.name}（{one.weight.label}）", one.is_grave, quote, _clean(one.why), _clean(one.cure))


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _clean(text: str) -> str:
    return _UNPRINTABLE.sub("", text)
