"""What a list shows of a case: never more than the public may see."""

from collections.abc import Iterable, Sequence
from typing import Any

from huixiang.cases.choices import ReplyKind, Visibility
from huixiang.cases.models import Case, Reply
from huixiang.ui.addresses import to
from huixiang.units.models import Region

HIDDEN_TITLE = "（留言人选择不公开内容）"
EXCERPT = 96
Card = dict[str, Any]


def public_title(case: Case) -> str:
    """The title for anyone; where only the replies are public, words that say so."""
    return case.title if case.visibility == Visibility.PUBLIC else HIDDEN_TITLE


def place_name(region: Region) -> str:
    """The place as lists name it: the last two levels, without the province."""
    return "".join(region.full_name.split("/")[1:][-2:]) or region.name


def excerpt(text: str, around: Sequence[str] = ()) -> str:
    """About a hundred characters of `text` on one line, from where one of the words `around` stands."""
    line = " ".join(text.split())
    hits = [at for at in (line.find(word) for word in around) if at > 0]
    start = max(0, min(hits) - 20) if hits and min(hits) > EXCERPT - 20 else 0
    cut = line[start : start + EXCERPT]
    return ("…" if start else "") + cut + ("…" if start + EXCERPT < len(line) else "")


def card(case: Case, answer: Reply | None = None, *, words: Sequence[str] = ()) -> Card:
    """A public case as `ui/parts/case_card.html` wants it, with the newest answer if given."""
    is_whole = case.visibility == Visibility.PUBLIC
    unit = answer.unit.short_name if answer else case.lead_unit.short_name if case.lead_unit else ""
    return {
        "url": to("portal:case", case.number),
        "number": case.number,
        "title": public_title(case),
        "excerpt": excerpt(case.body, words) if is_whole else "",
        "column": case.column.name,
        "kind": case.get_kind_display() if is_whole else "",
        "region": place_name(case.region),
        "unit": unit,
        "state": case.state,
        "resolution": case.resolution,
        "time": case.answered_at if answer and case.answered_at else case.submitted_at,
        "supporters": case.supporters_count,
        "reply_excerpt": excerpt(answer.body, words) if answer else "",
    }


def cards(cases: Iterable[Case], *, words: Sequence[str] = ()) -> list[Card]:
    """Cards for all cases, each with its newest final answer; one query for all answers."""
    rows = list(cases)
    answers = newest_answers([c.pk for c in rows if c.answered_at])
    return [card(c, answers.get(c.pk), words=words) for c in rows]


def newest_answers(case_ids: Sequence[int]) -> dict[int, Reply]:
    """The newest final answer of each case; asks nothing for no cases."""
    if not case_ids:
        return {}
    found = Reply.objects.published().filter(case_id__in=case_ids, kind=ReplyKind.FINAL).select_related("unit")
    return {reply.case_id: reply for reply in found}
