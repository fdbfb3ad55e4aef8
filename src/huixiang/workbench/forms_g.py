"""Forms of looking back and of reviewing quality samples."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from huixiang.nlp.reefs import REEFS
from huixiang.nlp.replies.pieces import sentences
from huixiang.quality.actions.reviewing import Missed
from huixiang.quality.models import Weight
from huixiang.quality.worst import Told
from huixiang.ui.forms import PlainWords
from huixiang.units.models import Unit

from .forms_b import CleanText, area, listed


def _day(label: str) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))


class LookBackForm(PlainWords, forms.Form):
    """Which unit, from which day to which; only units of `units` can be named."""

    unit = forms.CharField(
        label="单位", max_length=80, widget=listed("look-back-units"), help_text="连同它的下级单位一起看。"
    )
    from_on = _day("从哪天发布的回复")
    until_on = _day("到哪天为止")

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, units: QuerySet[Unit], initial: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(data, initial=initial, auto_id="look_%s")
        self.units = units

    def clean_unit(self) -> Unit:
        words = str(self.cleaned_data["unit"]).strip()
        for named in (self.units.filter(name=words), self.units.filter(short_name=words)):
            found = list(named[:2])
            if len(found) == 1:
                return found[0]
        raise ValidationError(f"没有找到“{words}”，请从列表里选您能看的单位的全称。")

    @property
    def period(self) -> tuple[date, date]:
        """The first and the last day, of a valid form."""
        return self.cleaned_data["from_on"], self.cleaned_data["until_on"]


AGREE, REFUTE = "agree", "refute"
# Characters of a sentence that a list of choices has room for.
LONGEST_LINE = 40
_WEIGHTS = [(Weight.WARN, "有不足，提醒即可"), (Weight.SEND_BACK, "应当退回")]


class _PerFinding(forms.Form):
    """A form that begins with a verdict and a reason for each finding."""

    def __init__(self, data: Mapping[str, Any] | None, *, codes: Sequence[str], **options: Any) -> None:
        super().__init__(data, **options)
        self.codes = codes
        verdicts = {f"verdict_{code}": _verdict() for code in codes}
        reasons = {f"reason_{code}": _reason() for code in codes}
        self.fields = {**verdicts, **reasons, **self.fields}


class SampleForm(PlainWords, _PerFinding):
    """A word on each finding of a sampled reply, and one that was missed, its span chosen from the reply."""

    missed_code = forms.ChoiceField(label="漏判了哪一类", required=False)
    missed_weight = forms.ChoiceField(label="有多重", choices=_WEIGHTS, required=False, widget=forms.RadioSelect)
    missed_span = forms.ChoiceField(label="是哪一句", required=False)
    missed_reason = CleanText(label="为什么算漏判", max_length=300, required=False, widget=area(2))
    note = CleanText(label="另外想说的话", max_length=500, required=False, widget=area(2))

    def __init__(self, data: Mapping[str, Any] | None = None, *, findings: Sequence[Told], body: str) -> None:
        super().__init__(data, codes=[one.code for one in findings], auto_id="sample_%s")
        self.spans = [piece.text for piece in sentences(body)]
        others = [(code, reef.name) for code, reef in REEFS.items() if code not in self.codes]
        _offer(self.fields["missed_code"], [("", "没有漏判"), *others])
        short = [(n, _shortened(text)) for n, text in enumerate(self.spans)]
        _offer(self.fields["missed_span"], [("", "缺了内容，没有原话可引"), *short])

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        for code in self.codes:
            if given.get(f"verdict_{code}") == REFUTE and not given.get(f"reason_{code}"):
                self.add_error(f"reason_{code}", "不同意的，请写明理由。")
        if given.get("missed_code"):
            if not given.get("missed_weight"):
                self.add_error("missed_weight", "请选择“有多重”")
            if not given.get("missed_reason"):
                self.add_error("missed_reason", "请写明为什么算漏判。")
        return given

    @property
    def agreed(self) -> list[str]:
        """The codes of the findings agreed with, of a valid form."""
        return [code for code in self.codes if self.cleaned_data[f"verdict_{code}"] == AGREE]

    @property
    def refuted(self) -> dict[str, str]:
        """The codes of the findings not agreed with, and why, of a valid form."""
        given = self.cleaned_data
        return {c: given[f"reason_{c}"] for c in self.codes if given[f"verdict_{c}"] == REFUTE}

    @property
    def missed(self) -> Missed | None:
        """The finding that was missed, of a valid form."""
        given = self.cleaned_data
        if not given["missed_code"]:
            return None
        place = given["missed_span"]
        span = self.spans[int(place)] if place else ""
        return Missed(given["missed_code"], Weight(int(given["missed_weight"])), span, given["missed_reason"])


def _verdict() -> forms.ChoiceField:
    choices = [(AGREE, "同意"), (REFUTE, "不同意")]
    return forms.ChoiceField(label="您的意见", choices=choices, widget=forms.RadioSelect)


def _reason() -> CleanText:
    return CleanText(label="不同意的理由", max_length=300, required=False, widget=area(2))


def _offer(field: forms.Field, choices: list[tuple[Any, str]]) -> None:
    cast(forms.ChoiceField, field).choices = choices


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST_LINE else f"{text[:LONGEST_LINE]}……"
