"""Forms of the leaders' pages: risks, duties, instructions, inspections, admonitions."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError

from huixiang.accounts.models import User
from huixiang.cases.models import Case
from huixiang.rules.calendar import at_clock
from huixiang.rules.spans import DAY_ENDS
from huixiang.supervision.actions.instructing import Task
from huixiang.supervision.models import Admonition, Finding, Risk
from huixiang.ui.forms import PlainWords
from huixiang.units.models import Region, Unit

from .forms_b import CleanText, area, listed, unit_named
from .verbs import UnitField, units_near

# A leader's page has room for this many tasks; more are given in a second instruction.
TASKS = 3
Choices = Sequence[tuple[Any, Any]]


def _day(label: str, **options: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}), **options)


def _offer(form: forms.Form, name: str, choices: Choices) -> None:
    cast(forms.ChoiceField, form.fields[name]).choices = choices


class RaiseRiskForm(PlainWords, forms.Form):
    """A risk that a person sees in a case."""

    number = CleanText(label="留言编号", max_length=20)
    kind = forms.ChoiceField(label="风险类型", choices=[("", "请选择"), *Risk.Kind.choices])
    why = CleanText(label="为什么有风险", max_length=200, widget=area(2))

    def clean_number(self) -> str:
        return str(self.cleaned_data["number"]).upper()


class ReportRiskForm(PlainWords, forms.Form):
    """To whom of the leading group the risk was told."""

    to = forms.ChoiceField(label="报告给谁")
    note = CleanText(
        label="说了什么", max_length=500, required=False, widget=area(2), help_text="例如：电话报告，要求应急局到场。"
    )

    def __init__(self, data: Mapping[str, Any] | None, *, people: Iterable[User], pk: int) -> None:
        super().__init__(data, auto_id=f"report_{pk}_%s")
        self.people = {str(person.pk): person for person in people}
        _offer(self, "to", [(key, person.display_name) for key, person in self.people.items()])

    @property
    def person(self) -> User:
        """The chosen person, of a valid form."""
        return self.people[self.cleaned_data["to"]]


class CloseRiskForm(PlainWords, forms.Form):
    """Why a risk is over."""

    note = CleanText(label="风险怎样解除的", max_length=500, widget=area(2))


class DutyForm(PlainWords, forms.Form):
    """Who is on duty for which region, from which day to which."""

    region = forms.ChoiceField(label="地区")
    person = forms.ChoiceField(label="值班人员", help_text="这个地区的领导或联席召集人。")
    starts_on = _day("从哪天起")
    ends_on = _day("到哪天止", help_text="值到这一天24时。")

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, regions: Iterable[Region], people: Iterable[User]
    ) -> None:
        super().__init__(data, auto_id="duty_%s")
        self.regions = {region.code: region for region in regions}
        self.people = {str(person.pk): person for person in people}
        _offer(self, "region", [(code, region.readable) for code, region in self.regions.items()])
        _offer(self, "person", [("", "请选择"), *((key, p.display_name) for key, p in self.people.items())])


class PurposeForm(PlainWords, forms.Form):
    """Why someone reads the words of an instruction."""

    purpose = CleanText(
        label="查看批示的用途", min_length=4, max_length=200, help_text="会连同您的姓名和时间一起记录，供审计。"
    )


class FeedbackForm(PlainWords, forms.Form):
    """What a unit did about its task."""

    feedback = CleanText(
        label="落实情况",
        max_length=1000,
        widget=area(3),
        help_text="做了什么、哪天完成、还差什么。领导和督办员会看到。",
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, pk: int) -> None:
        super().__init__(data, auto_id=f"task_{pk}_%s")


class InstructForm(PlainWords, forms.Form):
    """The words of an instruction."""

    text = CleanText(
        label="批示内容", max_length=2000, widget=area(5), help_text="加密保存。单位只看到下面的任务，看不到批示原文。"
    )


class TaskForm(PlainWords, forms.Form):
    """One task of an instruction; the first must be there, a later one may stay empty."""

    unit = UnitField("交给哪个单位")
    words = CleanText(label="要办什么", max_length=300, widget=area(2))
    due = _day("哪天前办完", help_text="当天17:00前。")

    def __init__(self, data: Mapping[str, Any] | None = None, *, case: Case, number: int) -> None:
        super().__init__(
            data, prefix=f"task{number}", auto_id="instruct_%s", empty_permitted=number > 1,
            use_required_attribute=False,
        )  # fmt: skip
        self.number = number
        given = str((data or {}).get(self.add_prefix("unit"), ""))
        cast(UnitField, self.fields["unit"]).offer(units_near(case), given=given)

    @property
    def task(self) -> Task:
        """The task of a valid form that was filled in."""
        data = self.cleaned_data
        return Task(data["unit"], data["words"], at_clock(data["due"], DAY_ENDS))


def task_forms(data: Mapping[str, Any] | None, case: Case) -> list[TaskForm]:
    """The task forms of a page, the lead unit offered for the first."""
    made = [TaskForm(data, case=case, number=n) for n in range(1, TASKS + 1)]
    if data is None and case.lead_unit_id:
        made[0].initial["unit"] = case.lead_unit_id
    return made


class MakeListForm(PlainWords, forms.Form):
    """For which region this week's inspection list is made."""

    region = forms.ChoiceField(label="地区")

    def __init__(self, data: Mapping[str, Any] | None = None, *, regions: Iterable[Region]) -> None:
        super().__init__(data, auto_id="list_%s")
        self.regions = {region.code: region for region in regions}
        _offer(self, "region", [(code, region.readable) for code, region in self.regions.items()])


class ListCaseForm(PlainWords, forms.Form):
    """Why a case is to be looked into on site at once."""

    reason = CleanText(
        label="为什么要马上现场核查", max_length=180, widget=area(3), help_text="理由会写进清单和留言的办理过程。"
    )


class FindingForm(PlainWords, forms.Form):
    """What was seen on site, whether the unit's reply says the same, and what follows."""

    TRUTH = (("yes", "和单位的回复一致"), ("no", "和单位的回复不一致"))

    found = CleanText(
        label="现场看到的情况", max_length=2000, widget=area(5), help_text="时间、地点、谁在场、看到什么。"
    )
    truth = forms.ChoiceField(label="和回复对照", choices=TRUTH, widget=forms.RadioSelect)
    measure = forms.ChoiceField(
        label="采取的措施",
        choices=[("", "不采取"), *Finding.Measure.choices],
        required=False,
        widget=forms.RadioSelect,
        help_text="约谈、通报会同时记入“约谈和通报”；提级办理会转给上级单位主办，原单位改为协办。",
    )


class AdmonishForm(PlainWords, forms.Form):
    """A talk with a unit, or a circular about it."""

    kind = forms.ChoiceField(label="形式", choices=Admonition.Kind.choices, widget=forms.RadioSelect)
    unit = forms.CharField(label="单位", max_length=80, widget=listed("admonish-units"))
    number = CleanText(label="因哪件留言", max_length=20, required=False, help_text="填编号；不针对某一件时留空。")
    reason = CleanText(label="原因", max_length=200, widget=area(2))
    text = CleanText(label="内容", max_length=3000, widget=area(5), help_text="谁参加、指出什么问题、要求怎么改。")

    def clean_unit(self) -> Unit:
        words = str(self.cleaned_data["unit"]).strip()
        unit = unit_named(words)
        if unit is None:
            raise ValidationError(f"没有找到“{words}”，请从列表里选全称。")
        return unit

    def clean_number(self) -> str:
        return str(self.cleaned_data["number"]).upper()
