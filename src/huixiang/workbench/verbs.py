"""The acts of the case page as one table's rows: each has a form, makes one call and says what was done."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from django import forms
from django.db.models import QuerySet

from huixiang.cases.ledger import Act
from huixiang.cases.models import Case
from huixiang.nlp.cleaning import neutralise
from huixiang.rules.lifecycle import Step
from huixiang.ui.forms import PlainWords
from huixiang.units.access import Actor
from huixiang.units.models import Unit
from huixiang.units.suggesting import divisions_above

NEARBY = 60


class StepForm(PlainWords, forms.Form):
    """A form of the case page; it knows the case and the person, and offers what fits them."""

    def __init__(self, data: Mapping[str, Any] | None = None, *, actor: Actor, case: Case, prefix_id: str) -> None:
        super().__init__(data, auto_id=f"{prefix_id}_%s")
        self.actor, self.case = actor, case
        self.prepare()

    def prepare(self) -> None:
        """Fills in the choices that depend on the case."""


class EmptyForm(StepForm):
    """A step that needs nothing said."""


class CleanText(forms.CharField):
    """Words of a member of staff, with odd characters neutralised."""

    def __init__(self, label: str, limit: int, *, rows: int = 3, **options: Any) -> None:
        widget = forms.Textarea({"rows": rows, "maxlength": limit}) if rows > 1 else forms.TextInput()
        super().__init__(label=label, max_length=limit, widget=widget, **options)

    def to_python(self, value: Any) -> str:
        return neutralise(str(super().to_python(value) or ""))


class RowField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """One of a few rows, each shown in words of ours; `offer` says which."""

    def __init__(self, label: str, words: Callable[[Any], str] = str, **options: Any) -> None:
        super().__init__(None, label=label, **options)
        self.words = words

    def label_from_instance(self, obj: Any) -> str:
        return self.words(obj)

    def offer(self, rows: "QuerySet[Any]") -> None:
        """Sets the rows to choose from."""
        self.queryset = rows


class UnitSelect(forms.Select):
    """A list of units that the search field above it refills."""

    template_name = "workbench/case/unit_select.html"


class UnitField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """One active unit; shows a few fitting ones, takes any that the search finds."""

    def __init__(self, label: str = "单位", **options: Any) -> None:
        units: QuerySet[Unit] = Unit.objects.active()
        super().__init__(units, label=label, widget=UnitSelect, **options)

    def offer(self, units: list[Unit], *, given: str = "") -> None:
        """Sets the units shown, keeping one that was chosen before."""
        if given.isascii() and given.isdecimal() and all(str(u.pk) != given for u in units):
            units = [*Unit.objects.active().filter(pk=int(given)), *units]
        self.widget.choices = [("", "请选择单位"), *((u.pk, u.name) for u in units)]


def units_near(case: Case) -> list[Unit]:
    """The units of the case's division and those above it, the nearest first."""
    units = Unit.objects.active().filter(region__in=divisions_above(case.region_id))
    return sorted(units, key=lambda u: (-len(u.region_id), u.path))[:NEARBY]


class Call(Protocol):
    """Makes the one call of a step."""

    def __call__(self, case: Case, given: dict[str, Any], act: Act) -> object: ...


def _always(actor: Actor, case: Case) -> bool:
    return True


@dataclass(frozen=True)
class Verb:
    """One act of the case page."""

    name: str
    step: Step
    title: str
    icon: str
    call: Call
    done: str
    form: type[StepForm] = EmptyForm
    button: str = ""
    intro: str = ""
    keys: str = ""
    ask: str = ""
    is_main: bool = False
    offers: Callable[[Actor, Case], bool] = _always
