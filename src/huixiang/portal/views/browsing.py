"""The list of public cases, with its filters."""

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from huixiang.cases.choices import MessageKind
from huixiang.cases.models import Column
from huixiang.units.models import Topic

from .. import filters, places
from ..cards import cards
from ..kept import kept, public_version
from .pages import Asked, show_framed


@require_safe
@kept(public_version)
def cases(request: Asked) -> HttpResponse:
    """Shows one page of the public cases that fit the filters; the pages are never counted."""
    query, base = request.GET, reverse("portal:cases")
    columns = list(Column.objects.filter(is_active=True))
    place = places.chosen_place(query.get("region", ""), query.get("township", ""))
    asked = filters.read(query, columns, place)
    topics = list(Topic.objects.select_related("parent"))
    number = filters.page_number(query)
    first = (number - 1) * filters.PER_PAGE
    # One more than fits tells whether there is a next page.
    rows = asked.rows(request.at, first, first + filters.PER_PAGE + 1)
    has_next = len(rows) > filters.PER_PAGE
    context = {
        "filters": asked,
        "chips": filters.chips(asked, base, columns, topics, place),
        "columns": [(c, asked.url(base, column=c.code)) for c in columns],
        "all_columns_url": asked.url(base, column=""),
        "kinds": [k for k in MessageKind.choices if k[0] != MessageKind.REPORT],
        "states": [(code, label) for code, (label, _) in filters.STATE_GROUPS.items()],
        "times": [(code, label) for code, (label, _) in filters.TIMES.items()],
        "sorts": [(label, asked.url(base, sort=code), is_now) for code, label, is_now in asked.sorts],
        "topics": _grouped(topics),
        "picker": places.picker(query.get("region", ""), query.get("township", "")),
        "cases": cards(rows[: filters.PER_PAGE], words=asked.words),
        "number": number,
        "prev_url": asked.url(base, page=str(number - 1)) if number > 1 else "",
        "next_url": asked.url(base, page=str(number + 1)) if has_next and number < filters.MOST_PAGES else "",
        "is_cut_off": has_next and number == filters.MOST_PAGES,
    }
    return show_framed(request, "cases", context)


def _grouped(topics: list[Topic]) -> list[tuple[Topic, list[Topic]]]:
    """The topics in their two levels."""
    tops = [t for t in topics if t.parent_id is None]
    return [(top, [t for t in topics if t.parent_id == top.code]) for top in tops]
