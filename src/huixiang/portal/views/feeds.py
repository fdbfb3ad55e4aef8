"""The newest answers as RSS and Atom, of everywhere or of one region or unit."""

from datetime import datetime
from typing import Any

from django.contrib.syndication.views import Feed
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed, SyndicationFeed
from django.views.decorators.http import require_safe

from huixiang.cases.models import Case, Reply
from huixiang.units.models import Region, Unit

from ..cards import newest_answers, place_name, public_title
from ..kept import kept, public_version

ITEMS = 30


class Answers(Feed):  # type: ignore[type-arg]
    """The newest final answers; items are (case, reply) pairs."""

    feed_type: type[SyndicationFeed] = Rss201rev2Feed
    description = "回响网上问政平台的最新答复"
    language = "zh-CN"

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Region | Unit | None:
        region, unit = request.GET.get("region", ""), request.GET.get("unit", "")
        wanted: Region | Unit | None = None
        if region:
            wanted = Region.objects.filter(pk=region).first()
        elif unit:
            wanted = Unit.objects.filter(pk=int(unit)).first() if unit.isdecimal() and len(unit) < 12 else None
        if (region or unit) and wanted is None:
            raise Http404
        return wanted

    def title(self, obj: Region | Unit | None) -> str:
        return f"{obj.name} · 最新答复" if obj else "回响 · 最新答复"

    def link(self, obj: Region | Unit | None) -> str:
        if isinstance(obj, Region):
            return reverse("portal:region", args=[obj.pk])
        return reverse("portal:unit", args=[obj.pk]) if obj else reverse("portal:home")

    def items(self, obj: Region | Unit | None) -> list[tuple[Case, Reply | None]]:
        cases = Case.objects.public()
        if isinstance(obj, Region):
            cases = cases.in_region(obj.pk)
        elif obj:
            cases = cases.filter(lead_unit=obj)
        rows = list(cases.for_lists().newly_answered()[:ITEMS])
        answers = newest_answers([c.pk for c in rows])
        return [(c, answers.get(c.pk)) for c in rows]

    def item_title(self, item: tuple[Case, Reply | None]) -> str:
        return public_title(item[0])

    def item_description(self, item: tuple[Case, Reply | None]) -> str:
        case, reply = item
        where = f"{place_name(case.region)} · {case.column.name}"
        return f"{where}\n{reply.unit.name}：{reply.body}" if reply else where

    def item_link(self, item: tuple[Case, Reply | None]) -> str:
        return reverse("portal:case", args=[item[0].number])

    def item_pubdate(self, item: tuple[Case, Reply | None]) -> datetime | None:
        return item[0].answered_at


class AnswersAtom(Answers):
    """The same as Atom."""

    feed_type = Atom1Feed
    subtitle = Answers.description


@require_safe
@kept(public_version)
def rss(request: HttpRequest) -> HttpResponse:
    """Gives the newest answers as RSS 2.0."""
    return Answers()(request)


@require_safe
@kept(public_version)
def atom(request: HttpRequest) -> HttpResponse:
    """Gives the newest answers as Atom 1.0."""
    return AnswersAtom()(request)
