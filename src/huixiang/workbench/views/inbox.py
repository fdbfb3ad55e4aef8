"""The inbox: what must I do next, and by when; and the pool of cases that wait to be claimed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from html import escape
from typing import Any

from django.core.paginator import Paginator
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from huixiang.accounts.roles import Role
from huixiang.accounts.shapes import shape_of_many
from huixiang.cases import access
from huixiang.cases.choices import Lane, MessageKind, Urgency
from huixiang.cases.models import Case, Column
from huixiang.notices.actions import telling
from huixiang.notices.models import Channel
from huixiang.supervision.models import InstructionTask
from huixiang.ui import addresses, vocabulary
from huixiang.ui.templatetags.ui import icon
from huixiang.units.models import Region, Unit
from huixiang.units.standards import missing_year

from ..context import OWN_DESKS, counted, waiting_for
from ..doors import DeskRequest, page, staff_required
from ..queues import INSTRUCTED, POOL, Entry, Queue, queues_of
from ..wording import clock, light_of, marker

SHOWN = 20
POOL_PAGE = 30
# Acts with a page of their own: its name, and whether the case's number or the row's key leads there.
OWN_PAGES = {"moderate": ("desk:review_case", True), "inspect": ("desk:quality_reply", False)}
COLUMNS = (
    "pk", "number", "title", "kind", "urgency", "lane", "state", "supporters_count", "reminders_count",
    "region_name", "unit_name", "column_name", "due_at", "event_count",
)  # fmt: skip


Links = Callable[[Entry, str], str]
Clocked = Callable[[datetime | None, dict[str, Any]], SafeString]


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
    tasks = _tasks([e.row_id for e in found.get(INSTRUCTED, [])[:SHOWN]])
    known = _cases([e.case_id for code, entries in found.items() if code != INSTRUCTED for e in entries[:SHOWN]])
    mine = [q for q in queues_of(request.actor) if q.code != POOL]
    sections = [_section(request, q, found[q.code], known, tasks) for q in mine if found[q.code]]
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
        "stuck": _gateways_down(request),
    }
    return page(request, "workbench/inbox/inbox.html", context)


def _calendar_wanted(request: DeskRequest) -> dict[str, Any]:
    """The year that the working calendar lacks, for those who enter it or answer for the clocks."""
    may_edit = request.actor.has(Role.SYSTEM_ADMIN)
    is_concerned = may_edit or request.actor.has(Role.SUPERVISOR)
    return {"missing_year": missing_year(request.at) if is_concerned else None, "may_edit": may_edit}


def _gateways_down(request: DeskRequest) -> list[tuple[str, int, str]]:
    """The channels on which notices fail, with their number and the latest reason, for whoever runs the system."""
    if not request.actor.has(Role.SYSTEM_ADMIN):
        return []
    return [(str(Channel(channel).label), count, error) for channel, count, error in telling.stuck()]


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
    mark = marker(request.at)
    rows = [
        (case, clock(case.due_at, request.at) + mark(case.due_at), _claiming(request, units, case)) for case in shown
    ]
    return page(request, "workbench/inbox/pool.html", {"page": shown, "rows": rows})


def _claiming(request: DeskRequest, units: list[Any], case: Any) -> Any:
    """The first own unit that may claim the case, for the one-click button."""
    fitting = [u for u in units if case.region_id.startswith(u.region_id)]
    return (fitting or access.claiming_units(request.actor, case) or [None])[0]


def _cases(ids: list[int]) -> dict[int, dict[str, Any]]:
    # Every queue asked access which cases this person sees; asking again would double the cost of the page.
    return {row["pk"]: row for row in _ROWS(sorted(set(ids)))}


def _named(*ids: int) -> QuerySet[Case, dict[str, Any]]:
    # Names are looked up row by row: joined, PostgreSQL reads every region and every unit for the sake of forty rows.
    cases = Case.objects.filter(pk__in=ids).order_by().annotate(
        region_name=Subquery(Region.objects.filter(pk=OuterRef("region_id")).values("full_name")),
        unit_name=Subquery(Unit.objects.filter(pk=OuterRef("lead_unit_id")).values("short_name")),
        column_name=Subquery(Column.objects.filter(pk=OuterRef("column_id")).values("name")),
    )  # fmt: skip
    found: QuerySet[Case, dict[str, Any]] = cases.values(*COLUMNS)
    return found


_ROWS = shape_of_many(_named)


def _tasks(ids: list[int]) -> dict[int, InstructionTask]:
    found = InstructionTask.objects.filter(pk__in=ids).select_related("unit", "instruction__leader")
    return {row.pk: row for row in found.defer("instruction__sealed_text")} if ids else {}


def _section(
    request: DeskRequest,
    queue: Queue,
    entries: list[Entry],
    known: dict[int, dict[str, Any]],
    tasks: dict[int, InstructionTask],
) -> Section:
    if queue.code == INSTRUCTED:
        rows = [_task_row(request, e, tasks[e.row_id]) for e in entries[:SHOWN]]
    else:
        links, clocked = _links(queue), _clocked(request, queue)
        rows = [_row(queue, e, known[e.case_id], links, clocked) for e in entries[:SHOWN]]
    own_desk = OWN_DESKS.get(queue.code)
    more = addresses.to(own_desk[0]) if own_desk else f"{addresses.to('desk:search')}?{queue.search}"
    return Section(queue, counted(entries), rows, more if len(entries) > SHOWN or own_desk else "")


def _clocked(request: DeskRequest, queue: Queue) -> Clocked:
    """How a due time of a queue is shown; a date that somebody promised, and plain hours, are never provisional."""
    mark = marker(request.at)

    def clocked(due: datetime | None, case: dict[str, Any]) -> SafeString:
        is_counted = queue.code != "promises" and case["lane"] != Lane.URGENT
        return clock(due, request.at) + mark(due) if is_counted else clock(due, request.at)

    return clocked


def _row(queue: Queue, entry: Entry, case: dict[str, Any], links: Links, clocked: Clocked) -> Row:
    url = links(entry, case["number"])
    where = "".join(case["region_name"].split("/")[1:]) or case["region_name"]
    unit = case["unit_name"] or "还没有主办单位"
    about = [case["column_name"], MessageKind(case["kind"]).label]
    # The others are addresses and words of our own.
    written = map(escape, (case["title"], " · ".join(about), where, unit))
    cells = _CELLS.format(clocked(entry.due_at, case), _notes(case), url, case["number"], queue.act, *written)
    return Row(url, SafeString(cells))


def _task_row(request: DeskRequest, entry: Entry, task: InstructionTask) -> Row:
    """A task of an instruction by its own words: its unit may have nothing else to do with the case."""
    url = f"{addresses.to('desk:tasks')}#task-{task.pk}"
    cells = format_html(
        '<td>{}</td><td><a class="row-title" href="{}">{}</a><span class="row-note">{}批示</span></td>'
        '<td>{}</td><td><a class="btn btn-outline-primary" href="{}" aria-label="去落实：{}">去落实</a></td>',
        clock(entry.due_at, request.at), url, task.task, task.instruction.leader.display_name, task.unit.name, url,
        task.task,
    )  # fmt: skip
    return Row(url, cells)


# In Python, for a template takes ten times as long over the hundred rows that an inbox may have.
_CELLS = """<td>{0}</td>
      <td><a class="row-title" href="{2}">{5}</a>
        <span class="row-note"><span class="case-number">{3}</span> · {6}{1}</span></td>
      <td>{7}<span class="row-note">{8}</span></td>
      <td><a class="btn btn-outline-primary" href="{2}" aria-label="{4}：{5}">{4}</a></td>"""


def _notes(case: dict[str, Any]) -> SafeString:
    """What is special about a case: its urgency, who else met it, how often the unit was reminded."""
    urgency = _mark(case["urgency"]) if case["urgency"] != Urgency.NORMAL else _lane(case["lane"])
    said = format_html(' <span class="urgency urgency-{}">{}</span>', case["urgency"], urgency) if urgency else ""
    if case["supporters_count"]:
        said += format_html(" · {}人也遇到", case["supporters_count"])
    if case["reminders_count"]:
        said += format_html(" · 已催办{}次", case["reminders_count"])
    return SafeString(said)


def _links(queue: Queue) -> Links:
    """Where the rows of a queue lead, given the entry and the number of its case."""
    name, by_number = OWN_PAGES.get(queue.code, ("desk:case", True))
    address, place = addresses.each(name), "" if queue.code in OWN_PAGES else queue.place
    return lambda entry, number: address(number if by_number else entry.row_id) + place


@cache
def _mark(urgency: str) -> SafeString:
    """Drawn once: an inbox shows a hundred rows, and a tag for each mark of each row would cost more than the rows."""
    mark = vocabulary.URGENCIES[urgency]
    return SafeString(icon(mark.icon) + mark.label)


def _lane(lane: str) -> SafeString:
    return SafeString(icon("signpost-split") + "简易") if lane == Lane.SIMPLE else SafeString("")
