"""The inbox: what must I do next, and by when; and the pool of cases that wait to be claimed."""

from dataclasses import dataclass
from functools import cache
from html import escape
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from huixiang.accounts.roles import Role
from huixiang.accounts.shapes import shape_of_many
from huixiang.cases import access
from huixiang.cases.choices import Lane, MessageKind, Urgency
from huixiang.cases.models import Case
from huixiang.ui import addresses, vocabulary
from huixiang.ui.templatetags.ui import icon
from huixiang.units.standards import missing_year

from ..context import OWN_DESKS, counted, waiting_for
from ..doors import DeskRequest, page, staff_required
from ..queues import POOL, Entry, Queue, queues_of
from ..wording import clock, light_of

SHOWN = 20
POOL_PAGE = 30
# Acts with a page of their own: its name, and whether the case's number or the row's key leads there.
OWN_PAGES = {"moderate": ("desk:review_case", True), "inspect": ("desk:quality_reply", False)}
COLUMNS = (
    "pk", "number", "title", "kind", "urgency", "lane", "state", "supporters_count", "reminders_count",
    "region__full_name", "lead_unit__short_name", "column__name", "due_at", "event_count",
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One line of the inbox: where it leads, and its cells ready to print."""

    url: str
    cells: SafeString


@dataclass(frozen=True)
class Section:
    """One queue with its first rows."""

    queue: Queue
    count: str
    rows: list[Row]
    more_url: str


@staff_required
@require_safe
def inbox(request: DeskRequest) -> HttpResponse:
    """Everything that waits for this person, by queue, soonest first."""
    found = waiting_for(request)
    known = _cases([e.case_id for entries in found.values() for e in entries[:SHOWN]])
    mine = [q for q in queues_of(request.actor) if q.code != POOL]
    sections = [_section(request, q, found[q.code], known) for q in mine if found[q.code]]
    lights = [light_of(e.due_at, request.at) for q in mine for e in found[q.code]]
    context = {
        "sections": sections,
        "idle": [q.title for q in mine if not found[q.code]],
        "late": sum(light in {"red", "black"} for light in lights),
        "soon": lights.count("yellow"),
        "total": len(lights),
        "is_capped": any(s.count.endswith("+") for s in sections),
        "pool_count": counted(found.get(POOL, [])),
        "has_pool": POOL in found,
        "has_queues": bool(found),
        "has_roles": bool(request.actor.grants),
        "first": _most_pressing(sections, found),
        **_calendar_wanted(request),
    }
    return page(request, "workbench/inbox/inbox.html", context)


def _calendar_wanted(request: DeskRequest) -> dict[str, Any]:
    """The year that the working calendar lacks, for those who enter it or answer for the clocks."""
    may_edit = request.actor.has(Role.SYSTEM_ADMIN)
    is_concerned = may_edit or request.actor.has(Role.SUPERVISOR)
    return {"missing_year": missing_year(request.at) if is_concerned else None, "may_edit": may_edit}


def _most_pressing(sections: list[Section], found: dict[str, list[Entry]]) -> str:
    """The address of what is due first of all."""
    heads = [(found[s.queue.code][0].due_at, s.rows[0].url) for s in sections if s.rows]
    dated = [(due, url) for due, url in heads if due is not None]
    return min(dated)[1] if dated else (heads[0][1] if heads else "")


@staff_required
@require_safe
def pool(request: DeskRequest) -> HttpResponse:
    """The cases that this person's units may claim, soonest first."""
    cases = access.pool(request.actor).soonest().for_lists()
    shown = Paginator(cases, POOL_PAGE).get_page(request.GET.get("page"))
    units = access.claiming_units(request.actor, shown[0]) if len(shown) else []
    rows = [(case, clock(case.due_at, request.at), _claiming(request, units, case)) for case in shown]
    return page(request, "workbench/inbox/pool.html", {"page": shown, "rows": rows})


def _claiming(request: DeskRequest, units: list[Any], case: Any) -> Any:
    """The first own unit that may claim the case, for the one-click button."""
    fitting = [u for u in units if case.region_id.startswith(u.region_id)]
    return (fitting or access.claiming_units(request.actor, case) or [None])[0]


def _cases(ids: list[int]) -> dict[int, dict[str, Any]]:
    # Every queue asked access which cases this person sees; asking again would double the cost of the page.
    return {row["pk"]: row for row in _ROWS(sorted(set(ids)))}


_ROWS = shape_of_many(lambda *ids: Case.objects.filter(pk__in=ids).order_by().values(*COLUMNS))


def _section(request: DeskRequest, queue: Queue, entries: list[Entry], known: dict[int, dict[str, Any]]) -> Section:
    rows = [_row(request, queue, e, known[e.case_id]) for e in entries[:SHOWN]]
    own_desk = OWN_DESKS.get(queue.code)
    more = reverse(own_desk[0]) if own_desk else f"{reverse('desk:search')}?{queue.search}"
    return Section(queue, counted(entries), rows, more if len(entries) > SHOWN or own_desk else "")


def _row(request: DeskRequest, queue: Queue, entry: Entry, case: dict[str, Any]) -> Row:
    url = _url(queue, entry, case["number"])
    where = "".join(case["region__full_name"].split("/")[1:]) or case["region__full_name"]
    unit = case["lead_unit__short_name"] or "还没有主办单位"
    about = [case["column__name"], MessageKind(case["kind"]).label]
    words = (url, case["title"], case["number"], " · ".join(about), where, unit, queue.act)
    cells = _CELLS.format(clock(entry.due_at, request.at), _notes(case), *map(escape, words))
    return Row(url, SafeString(cells))


# In Python, for a template takes ten times as long over the hundred rows that an inbox may have.
_CELLS = """<td>{0}</td>
      <td><a class="row-title" href="{2}">{3}</a>
        <span class="row-note"><span class="case-number">{4}</span> · {5}{1}</span></td>
      <td>{6}<span class="row-note">{7}</span></td>
      <td><a class="btn btn-outline-primary" href="{2}" aria-label="{8}：{3}">{8}</a></td>"""


def _notes(case: dict[str, Any]) -> SafeString:
    """What is special about a case: its urgency, who else met it, how often the unit was reminded."""
    urgency = _mark(case["urgency"]) if case["urgency"] != Urgency.NORMAL else _lane(case["lane"])
    said = format_html(' <span class="urgency urgency-{}">{}</span>', case["urgency"], urgency) if urgency else ""
    if case["supporters_count"]:
        said += format_html(" · {}人也遇到", case["supporters_count"])
    if case["reminders_count"]:
        said += format_html(" · 已催办{}次", case["reminders_count"])
    return SafeString(said)


def _url(queue: Queue, entry: Entry, number: str) -> str:
    if queue.code in OWN_PAGES:
        name, by_number = OWN_PAGES[queue.code]
        return addresses.to(name, number if by_number else entry.row_id)
    return addresses.to("desk:case", number) + queue.place


@cache
def _mark(urgency: str) -> SafeString:
    """Drawn once: an inbox shows a hundred rows, and a tag for each mark of each row would cost more than the rows."""
    mark = vocabulary.URGENCIES[urgency]
    return SafeString(icon(mark.icon) + mark.label)


def _lane(lane: str) -> SafeString:
    return SafeString(icon("signpost-split") + "简易") if lane == Lane.SIMPLE else SafeString("")
