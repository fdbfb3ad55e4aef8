"""Forms of the supervision desk: filters, calls, orders and their answers."""

from collections.abc import Iterable, Mapping
from typing import Any, cast

from django import forms

from huixiang.cases.choices import CLOCK_LABELS
from huixiang.rules.ladder import FOR_THE_CITIZEN, Rung
from huixiang.supervision.models import RungLabel
from huixiang.ui.forms import PlainWords
from huixiang.units.models import Region

from .forms_b import CleanText, area
from .standing import ACTS, PLATFORM, Wanted

WHAT = [("", "全部"), ("today", "今天转黄"), *((rung, RungLabel(rung).label) for rung in Rung)]
DEMANDS = "立即核查所反映的问题，把核查情况告诉留言人。\n在本函期限内办结，作出正式答复。\n说明超时的原因和改进措施。"
ORDER_STATES = {"": "全部", "unsigned": "待签收", "open": "待答复", "late": "超时未答复", "answered": "已答复"}


class DeskFilterForm(PlainWords, forms.Form):
    """Which cases the supervision desk shows."""

    what = forms.ChoiceField(label="亮灯", required=False, choices=WHAT)
    act = forms.ChoiceField(
        label="下一步", required=False, choices=[("", "全部"), *((m, f"待{w}") for m, w in ACTS.items())]
    )
    clock = forms.ChoiceField(
        label="计时项目",
        required=False,
        choices=[("", "全部"), *((c, words) for c, words in CLOCK_LABELS.items() if c not in FOR_THE_CITIZEN)],
    )
    unit = forms.CharField(label="单位", required=False, max_length=12, widget=forms.Select)
    region = forms.ChoiceField(label="地区", required=False)

    def __init__(self, data: Mapping[str, Any], *, regions: Iterable[tuple[str, str]]) -> None:
        super().__init__(data, auto_id="f_%s")
        cast(forms.ChoiceField, self.fields["region"]).choices = [("", "全部"), *regions]

    def offer(self, units: Iterable[tuple[str, str]]) -> None:
        """Sets the units to choose from."""
        cast(forms.Select, self.fields["unit"].widget).choices = [("", "全部"), *units]

    def clean_unit(self) -> str:
        unit = str(self.cleaned_data["unit"])
        if unit and unit != PLATFORM and not (unit.isascii() and unit.isdecimal()):
            raise forms.ValidationError("单位里没有这一项，请重新选择")
        return unit

    @property
    def wanted(self) -> Wanted:
        """What was asked for; a form that is wrong asks for everything."""
        return Wanted(**self.cleaned_data) if self.is_valid() else Wanted()


class CallForm(PlainWords, forms.Form):
    """A call: with whom, and what they answered."""

    spoken_with = CleanText(
        label="和谁通了话", max_length=60, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    answer = CleanText(label="对方怎么答复", max_length=500, required=False, widget=area(2))


class OrderForm(PlainWords, forms.Form):
    """A supervision order: why, what is demanded, who gets a copy; `why_skip` where a rung is jumped."""

    reason = CleanText(label="督办事由", max_length=120)
    why_skip = CleanText(
        label="为什么越级", max_length=60, help_text="还没有走到书面督办这一级。紧急情况可以越级，理由会写进督办函。"
    )
    demands = CleanText(
        label="办理要求", max_length=1000, widget=area(6), initial=DEMANDS, help_text="一行一条，函上自动编号。"
    )
    copy_to = CleanText(label="抄送", max_length=100, required=False)

    def __init__(self, data: Mapping[str, Any] | None = None, *, is_skip: bool, reason: str = "") -> None:
        super().__init__(data, auto_id="order_%s", initial={"reason": reason})
        if not is_skip:
            del self.fields["why_skip"]

    @property
    def full_reason(self) -> str:
        """The reason as the order has it, with why a rung was jumped."""
        return _with_skip(self.cleaned_data["reason"], self.cleaned_data.get("why_skip", ""))


class BulkOrderForm(PlainWords, forms.Form):
    """What many orders have in common; each takes its reason from what the ladder asks for."""

    demands = CleanText(label="办理要求（一行一条）", max_length=1000, widget=area(3), initial=DEMANDS)
    why_skip = CleanText(
        label="没到书面督办的，为什么越级",
        max_length=60,
        required=False,
        help_text="不填就只发给已到书面督办这一级的。",
    )
    copy_to = CleanText(label="抄送", max_length=100, required=False)

    def reason_for(self, asked: str, words: str, *, is_skip: bool) -> str:
        """The reason of one order: what the ladder asked for, or else what is late and why a rung is jumped."""
        return asked or _with_skip(words, self.cleaned_data["why_skip"] if is_skip else "")


class OrderFilterForm(PlainWords, forms.Form):
    """Which orders are listed."""

    state = forms.ChoiceField(label="状态", required=False, choices=list(ORDER_STATES.items()))
    unit = forms.CharField(label="单位名称", required=False, max_length=80)


class AnswerForm(PlainWords, forms.Form):
    """A unit's answer to an order."""

    text = CleanText(
        label="办理情况",
        max_length=3000,
        required=False,
        widget=area(6),
        help_text="查到什么、做了什么、什么时候办完，逐条回应函上的要求。",
    )


def _with_skip(reason: str, why_skip: str) -> str:
    return f"{reason}（越级督办：{why_skip}）" if why_skip else reason


class OfficeForm(PlainWords, forms.Form):
    """The name under which a region's office signs."""

    name = CleanText(label="落款单位全称", max_length=60)
    region = forms.CharField(max_length=12, widget=forms.HiddenInput)

    def __init__(self, data: Mapping[str, Any] | None = None, *, region: Region, name: str = "") -> None:
        super().__init__(data, auto_id=f"office_{region.code}_%s", initial={"name": name, "region": region.code})
