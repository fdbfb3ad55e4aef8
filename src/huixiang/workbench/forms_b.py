"""Forms of the review, quality, search and oversight desks."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, Value
from django.db.models.functions import Replace

from huixiang.accounts.roles import Role
from huixiang.cases.choices import (
    STAFF_STATE_LABELS,
    Lane,
    MessageKind,
    ReplyState,
    Resolution,
    Urgency,
)
from huixiang.cases.reasons import reasons
from huixiang.nlp.cleaning import neutralise
from huixiang.rules.lifecycle import State
from huixiang.ui.forms import PlainWords
from huixiang.units.models import Region, Unit

ACCUSED_FIELDS = ("accused_1", "accused_2", "accused_3")
# Not a state of a reply: it is out and nobody but its author has seen it.
UNAPPROVED = "unapproved"
Choices = Sequence[tuple[str, Any]]


class CleanText(forms.CharField):
    """Text as it may be stored and shown: neutralised like a citizen's."""

    def to_python(self, value: Any) -> str:
        return neutralise(super().to_python(value) or "")


def area(rows: int, **attrs: Any) -> forms.Textarea:
    """A text area of so many rows."""
    return forms.Textarea(attrs={"rows": rows, **attrs})


def _offer(form: forms.Form, **choices: Choices) -> None:
    for name, offered in choices.items():
        cast(forms.ChoiceField, form.fields[name]).choices = offered


def listed(name: str) -> forms.TextInput:
    """A line of text with the suggestions of the <datalist> of that name."""
    return forms.TextInput(attrs={"list": name, "autocomplete": "off"})


class ReviewForm(PlainWords, forms.Form):
    """One page of review: the public version and, for each decision, what it needs. Decisions check their own part."""

    title = CleanText(label="公开标题", max_length=60, required=False)
    body = CleanText(label="公开正文", max_length=4000, required=False, widget=area(12))
    topic = forms.ChoiceField(label="主题", required=False)
    region = forms.ChoiceField(label="地区", required=False)
    triage_reason = CleanText(label="改了系统建议的话，为什么（可不填）", max_length=200, required=False)
    urgency = forms.ChoiceField(
        label="紧急程度", choices=Urgency.choices, required=False, widget=forms.RadioSelect, initial=Urgency.NORMAL
    )
    accused_1 = forms.CharField(label="被反映单位", max_length=80, required=False, widget=listed("accused-units"))
    accused_2 = forms.CharField(
        label="被反映单位（第二家）", max_length=80, required=False, widget=listed("accused-units")
    )
    accused_3 = forms.CharField(
        label="被反映单位（第三家）", max_length=80, required=False, widget=listed("accused-units")
    )
    accept_remaining = forms.BooleanField(label="已逐条核对，这些可以公开", required=False)
    question = CleanText(
        label="请留言人补充什么", max_length=500, required=False, widget=area(3),
        help_text="留言人会原样看到。写清楚缺什么、怎样补，5个工作日内没有补充，留言自动结束。",
    )  # fmt: skip
    reject = forms.ChoiceField(label="不予登载的理由", required=False)
    divert = forms.ChoiceField(label="应走的渠道", required=False)
    reject_note = CleanText(label="另外想说的话", max_length=300, required=False, widget=area(2))
    divert_note = CleanText(label="另外想说的话", max_length=300, required=False, widget=area(2))

    def __init__(self, *args: Any, topics: Choices, regions: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (
            ("topic", topics),
            ("region", regions),
            ("reject", reason_choices("reject")),
            ("divert", reason_choices("divert")),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells mypy what is declared above
            field.choices = choices

    def accused_units(self) -> list[Unit]:
        """The units named as accused; raises ValidationError through `add_error` where one is unknown."""
        found: list[Unit] = []
        for name in ACCUSED_FIELDS:
            words = str(self.cleaned_data.get(name, "")).strip()
            if not words:
                continue
            unit = unit_named(words)
            if unit is None:
                self.add_error(name, f"没有找到“{words}”，请从列表里选全称。")
            else:
                found.append(unit)
        return found


def unit_named(words: str) -> Unit | None:
    """The one active unit with this full name, or else with this short name; None where several have it."""
    for named in (Unit.objects.active().filter(name=words), Unit.objects.active().filter(short_name=words)):
        found = list(named.select_related("region")[:2])
        if found:
            return found[0] if len(found) == 1 else None
    return None


def region_named(words: str) -> Region | None:
    """The region with this full name (with or without the province), or with this name if only one has it."""
    flat = Region.objects.annotate(flat=Replace("full_name", Value("/"), Value("")))
    full = flat.filter(Q(flat=words) | Q(flat=f"湖南省{words}") | Q(code=words)).first()
    if full:
        return full
    named = list(Region.objects.filter(name=words)[:2])
    return named[0] if len(named) == 1 else None


def reason_choices(outcome: str) -> Choices:
    """The reasons of an outcome for a select, the empty choice first."""
    return [("", "请选择"), *((r.code, r.label) for r in reasons(outcome).values())]


class SupplementForm(PlainWords, forms.Form):
    """The public form of a citizen's later words."""

    body = CleanText(label="公开的补充内容", max_length=2000, widget=area(4))


class InspectForm(PlainWords, forms.Form):
    """What an inspector says about a reply: every point checked, or what has to change."""

    CHECKS = (
        ("answers", "问到的每一件事都有回答"),
        ("facts", "有查到的事实，说得出时间、地点、做法"),
        ("next", "还没办完的，写明谁来办、哪天办完"),
        ("tone", "没有空话套话，语气平和，称呼和日期无误"),
    )
    checks = forms.MultipleChoiceField(
        label="逐项核对", choices=CHECKS, required=False, widget=forms.CheckboxSelectMultiple
    )
    accept_personal_data = forms.BooleanField(label="已核对：标出的都是可以公开的办公信息", required=False)
    note = CleanText(
        label="退回意见", max_length=500, required=False, widget=area(4),
        help_text="写明哪一句要改、为什么、改成什么样。只有承办单位看得到。",
    )  # fmt: skip

    def check_all(self) -> None:
        """Asks for what was not ticked: a reply goes out only when every point was looked at."""
        left = len(self.CHECKS) - len(self.cleaned_data.get("checks", []))
        if left:
            self.add_error("checks", f"发布前请逐项核对，还有{left}项没有勾选。")


DUE = [("overdue", "已超时"), ("today", "今天到期"), ("soon", "三天内到期"), ("none", "没有期限")]
SORTS = {
    "due": "期限", "-submitted": "最新提交", "submitted": "最早提交", "-answered": "最近答复",
    "-supporters": "最多人遇到",
}  # fmt: skip


class SearchForm(PlainWords, forms.Form):
    """Every filter of the full list; its clean data alone reach the query."""

    q = CleanText(label="关键词", max_length=60, required=False)
    state = forms.MultipleChoiceField(
        label="状态", required=False, choices=[(s.value, STAFF_STATE_LABELS[s]) for s in State],
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    due = forms.ChoiceField(label="期限", required=False, choices=[("", "不限"), *DUE])
    column = forms.ChoiceField(label="栏目", required=False)
    kind = forms.ChoiceField(label="类型", required=False, choices=[("", "不限"), *MessageKind.choices])
    region = forms.ChoiceField(label="地区", required=False)
    topic = forms.ChoiceField(label="主题", required=False)
    unit = forms.CharField(label="主办单位", max_length=80, required=False)
    urgency = forms.ChoiceField(label="紧急程度", required=False, choices=[("", "不限"), *Urgency.choices])
    lane = forms.ChoiceField(label="通道", required=False, choices=[("", "不限"), *Lane.choices])
    resolution = forms.ChoiceField(label="结果", required=False, choices=[("", "不限"), *Resolution.choices])
    reply = forms.ChoiceField(
        label="回复进度",
        required=False,
        choices=[("", "不限"), *((s.value, s.label) for s in ReplyState), (UNAPPROVED, "先发了，等补审")],
    )
    task = forms.ChoiceField(
        label="本单位任务", required=False, choices=[("", "不限"), ("lead", "主办"), ("supporting", "协办")]
    )
    since = forms.DateField(label="提交日期从", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label="到", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    mine = forms.BooleanField(label="只看我经手的", required=False)
    sort = forms.ChoiceField(label="排序", required=False, choices=[("", "期限"), *SORTS.items()])

    def __init__(self, *args: Any, columns: Choices, regions: Choices, topics: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        every = ("", "不限")
        _offer(self, column=[every, *columns], region=[every, *regions], topic=[every, *topics])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        since, until = data.get("since"), data.get("until")
        if isinstance(since, date) and isinstance(until, date) and since > until:
            raise ValidationError("开始日期晚于结束日期，请对调一下。")
        return data


class BulkAssignForm(PlainWords, forms.Form):
    """To which unit the chosen cases go."""

    unit = forms.CharField(label="交给哪个单位", max_length=80, widget=listed("assign-units"))
    task = CleanText(label="交办要求", max_length=300, required=False)

    def clean_unit(self) -> Unit:
        words = str(self.cleaned_data["unit"]).strip()
        unit = unit_named(words)
        if unit is None:
            raise ValidationError(f"没有找到“{words}”，请从列表里选全称。")
        return unit


class SaveFilterForm(PlainWords, forms.Form):
    """A name for the present search."""

    name = CleanText(label="名称", max_length=30)
    query = forms.CharField(max_length=500, required=False, widget=forms.HiddenInput)


class LooksForm(PlainWords, forms.Form):
    """Whose looks at which case, when."""

    who = CleanText(label="姓名或登录名", max_length=40, required=False)
    number = CleanText(label="留言编号", max_length=20, required=False)
    what = forms.ChoiceField(
        label="看了什么",
        required=False,
        choices=[("", "不限"), ("original", "原文和联系方式"), ("file", "附件"), ("instruction", "领导批示原文")],
    )
    since = forms.DateField(label="从", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label="到", required=False, widget=forms.DateInput(attrs={"type": "date"}))


class PeopleForm(PlainWords, forms.Form):
    """Which colleagues to list."""

    q = CleanText(label="姓名、登录名或单位", max_length=40, required=False)
    role = forms.ChoiceField(label="角色", required=False, choices=[("", "不限"), *Role.choices])
    standing = forms.ChoiceField(
        label="账号", required=False, choices=[("", "不限"), ("active", "在用"), ("closed", "已停用")]
    )


class OpenAccountForm(PlainWords, forms.Form):
    """A new account for a colleague."""

    new_username = CleanText(label="登录名", max_length=32, help_text="2到32个汉字、字母或数字，以后不能改。")
    display_name = CleanText(label="姓名", max_length=40)


class AppointForm(PlainWords, forms.Form):
    """Which role a colleague gets, where and until when."""

    role = forms.ChoiceField(label="角色", choices=[("", "请选择"), *Role.choices])
    unit = forms.CharField(
        label="所在单位", max_length=80, required=False, help_text="单位里的角色才填。", widget=listed("all-units")
    )
    region = forms.CharField(
        label="负责地区", max_length=60, required=False, help_text="管一片地区的角色才填，例如：长沙市岳麓区。",
        widget=listed("all-regions"),
    )  # fmt: skip
    ends_on = forms.DateField(
        label="到哪天为止", required=False, widget=forms.DateInput(attrs={"type": "date"}), help_text="留空就是长期。"
    )


class EndForm(PlainWords, forms.Form):
    """When a role ends; empty means now."""

    ends_on = forms.DateField(label="最后一天", required=False, widget=forms.DateInput(attrs={"type": "date"}))


class ReasonForm(PlainWords, forms.Form):
    """Why something is given up."""

    reason = CleanText(label="理由", max_length=300)


class NumberForm(PlainWords, forms.Form):
    """One case by its number."""

    number = CleanText(label="留言编号", max_length=20)

    def clean_number(self) -> str:
        return str(self.cleaned_data["number"]).upper()


def topic_groups(rows: Iterable[tuple[str, str, str | None]]) -> Choices:
    """Topics (code, name, parent code) as grouped choices, each first level heading its second."""
    known = list(rows)
    names = {code: name for code, name, _ in known}
    groups: dict[str, list[tuple[str, str]]] = {}
    for code, name, parent in known:
        heading = names.get(parent, name) if parent else name
        groups.setdefault(heading, []).append((code, name))
    return list(groups.items())
