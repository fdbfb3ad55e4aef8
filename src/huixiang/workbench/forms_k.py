"""The form of a standard answer."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from django import forms
from django.db.models import Q, QuerySet

from huixiang.cases.actions.keeping_knowledge import Words
from huixiang.cases.models import KnowledgeEntry
from huixiang.ui.forms import PlainWords
from huixiang.units.models import Level, Region, Topic, Unit

from .verbs import CleanText, RowField

ABOVE_TOWNSHIPS = (Level.PROVINCE, Level.PREFECTURE, Level.COUNTY)


class KnowledgeForm(PlainWords, forms.Form):
    """A standard question, its answer and basis, where it applies and how long; a new one also names its unit."""

    unit = RowField("由哪个单位维护", lambda u: str(u.name), empty_label=None)
    question = CleanText("标准问题", 100, rows=1, help_text="像群众会问的那样写，例如“租房怎样提取公积金？”。")
    answer = CleanText(
        "标准答复", 2000, rows=10, help_text="直接回答：条件、材料、到哪里办、多久办好。依据会自动附在后面。"
    )
    basis = CleanText("依据", 200, rows=1, help_text="写明文件名称、文号和条款。")
    topic = RowField("主题", lambda t: str(t.name), required=False, empty_label="所有主题")
    region = RowField("适用地区", lambda r: str(r.readable), empty_label=None, help_text="在这个地区和下级地区适用。")
    valid_until = forms.DateField(
        label="有效期到哪天",
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text="最长两年，到期后就不能再用，请重新核对。",
    )
    seen_version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, units: Sequence[Unit], entry: KnowledgeEntry | None = None
    ) -> None:
        names = ("question", "answer", "basis", "topic", "region", "valid_until")
        shown = {name: getattr(entry, name) for name in names} if entry else {}
        super().__init__(data, initial={**shown, "seen_version": entry.version if entry else None})
        if entry is not None or len(units) == 1:
            del self.fields["unit"]
        else:
            cast(RowField, self.fields["unit"]).offer(Unit.objects.filter(pk__in=[u.pk for u in units]))
        self.units = units
        cast(RowField, self.fields["topic"]).offer(Topic.objects.order_by("code"))
        cast(RowField, self.fields["region"]).offer(_regions([entry.unit] if entry else units))

    @property
    def keeping_unit(self) -> Unit:
        """The unit of a valid form; the only one where there is no choice."""
        chosen: Unit = self.cleaned_data.get("unit") or self.units[0]
        return chosen

    @property
    def words(self) -> Words:
        """What a valid form says."""
        names = ("question", "answer", "basis", "region", "valid_until", "topic")
        return Words(**{name: self.cleaned_data[name] for name in names})


def _regions(units: Sequence[Unit]) -> QuerySet[Region]:
    """The units' regions with those below; townships only below a county, or the list could not be read."""
    inside = Q(pk__in=[])
    for unit in units:
        below = Q(code__startswith=unit.region_id)
        inside |= below & Q(level__in=ABOVE_TOWNSHIPS) if len(unit.region_id) < 6 else below
    return Region.objects.filter(inside).order_by("code")
