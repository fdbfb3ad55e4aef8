"""Forms of the standards and the calendar."""

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from huixiang.cases.choices import CLOCK_LABELS, Lane, MessageKind
from huixiang.rules.clocks import FIGURES_OF, ClockKind
from huixiang.ui.forms import PlainWords
from huixiang.units.actions.limiting import MOST_OF_ALL

from .forms_b import Choices, CleanText, area

UNITS = [
    ("wall_hours", "小时（不分昼夜）"),
    ("open_hours", "小时（每天7:00至22:00计时）"),
    ("working_hours", "小时（只计工作时间）"),
    ("working_days", "个工作日"),
    ("calendar_days", "天（自然日）"),
]
DAY_UNITS = {"working_days", "calendar_days"}
WARNINGS = [("", "用到八成时"), ("share", "用到百分之几时"), ("days", "到期前几个工作日")]
ANY = ("", "不限")


def date_field(label: str, **more: Any) -> forms.DateField:
    """A date with the browser's own picker."""
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}), **more)


class StandardForm(PlainWords, forms.Form):
    """One figure: for which cases, how long, from which document, from which day on."""

    region = forms.ChoiceField(label="地区")
    clock = forms.ChoiceField(label="时限", choices=[(c, w) for c, w in CLOCK_LABELS.items() if c not in FIGURES_OF])
    lane = forms.ChoiceField(label="通道", required=False, choices=[ANY, *Lane.choices])
    kind = forms.ChoiceField(label="类型", required=False, choices=[ANY, *MessageKind.choices])
    column = forms.ChoiceField(label="栏目", required=False)
    value = forms.DecimalField(
        label="时长", min_value=Decimal("0.05"), max_value=3660, decimal_places=2,
        error_messages={"min_value": "时长要大于0", "max_decimal_places": "时长最多两位小数"},
    )  # fmt: skip
    unit = forms.ChoiceField(label="单位", choices=UNITS)
    warning = forms.ChoiceField(label="什么时候亮黄灯", required=False, choices=WARNINGS)
    warning_value = forms.IntegerField(
        label="黄灯的数值",
        required=False,
        min_value=1,
        max_value=99,
        help_text="例如60（百分之六十），或1（个工作日）。",
    )
    source = CleanText(
        label="依据", max_length=200, help_text="写明文件名称、文号和条款，例如《某区网上问政办法》第八条。"
    )
    effective_from = date_field("从哪天起", help_text="最早明天。已经收到的留言沿用原来的标准。")

    def __init__(self, *args: Any, regions: Choices, columns: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, offered in (("region", regions), ("column", [ANY, *columns])):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells mypy what is declared above
            field.choices = offered

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        value, unit = data.get("value"), data.get("unit")
        if value is not None and unit in DAY_UNITS and value != int(value):
            self.add_error("value", "按天计算时，请填整数天。")
        how, number = data.get("warning"), data.get("warning_value")
        if how and number is None:
            self.add_error("warning_value", "请填写黄灯的数值。")
        if how == "days" and number is not None and number > 60:
            self.add_error("warning_value", "最多提前60个工作日。")
        return data

    def table(self) -> dict[str, Any]:
        """The row as data files hold it; for a valid form."""
        data = self.cleaned_data
        value = float(data["value"])
        number = data["warning_value"]
        return {
            "clock": data["clock"],
            "region": data["region"],
            "lane": data["lane"],
            "kind": data["kind"],
            "column": data["column"],
            "span": {"unit": data["unit"], "value": int(value) if value == int(value) else value},
            "yellow_share": number / 100 if data["warning"] == "share" else None,
            "yellow_days": number if data["warning"] == "days" else None,
            "source": data["source"],
            "effective_from": data["effective_from"].isoformat(),
        }


class EndStandardForm(PlainWords, forms.Form):
    """From which day on a region follows the standard above it again."""

    on = date_field("从哪天起沿用上级标准", help_text="最早明天。已经收到的留言沿用原来的标准。")


class PublishFirstForm(PlainWords, forms.Form):
    """How many replies of a unit may be out before they are approved, from which day on."""

    most = forms.IntegerField(
        label="每个单位最多几份没补审", min_value=0, max_value=MOST_OF_ALL, help_text="0表示不许先发后审。"
    )
    source = CleanText(label="依据", max_length=200, help_text="写明文件名称和文号。")
    effective_from = date_field("从哪天起", help_text="最早明天。")


def clock_label(clock: str) -> str:
    """What a clock is called."""
    return CLOCK_LABELS[ClockKind(clock)]


_FIRST = r"(?:(\d{4})[-/.年])?(\d{1,2})[-/.月](\d{1,2})日?"
_LAST = r"(?:(\d{4})[-/.年])?(?:(\d{1,2})[-/.月])?(\d{1,2})日?"
_PART = re.compile(rf"{_FIRST}(?:(?:至|到|~|～|—|–){_LAST})?")
_BETWEEN = re.compile(r"[\s,，、;；]+")
_SPACED_RANGE = re.compile(r"\s*(至|到|~|～|—|–)\s*")


def read_days(text: str, year: int, *, weekends: bool) -> list[date]:
    """The days of a text: one by one or as 至 ranges, with or without the year; raises ValidationError.

    In ranges, weekends are left out unless wanted: the notices count them among the days off.
    """
    found: list[date] = []
    for part in filter(None, _BETWEEN.split(_SPACED_RANGE.sub(r"\1", text))):
        match = _PART.fullmatch(part)
        if match is None:
            raise ValidationError(f"看不懂“{part}”，请写成 {year}-10-01，或者 10月1日至7日的样子。")
        first = _day(match.group(1), match.group(2), match.group(3), year, part)
        if match.group(6) is None:
            found.append(first)
            continue
        last = _day(match.group(4), match.group(5) or match.group(2), match.group(6), first.year, part)
        if last < first:
            raise ValidationError(f"“{part}”的结束日期早于开始日期。")
        days = (first + timedelta(days=n) for n in range((last - first).days + 1))
        found += [day for day in days if weekends or day.weekday() < 5]
    return sorted(set(found))


def _day(given: str | None, month: str, day: str, year: int, part: str) -> date:
    try:
        return date(int(given or year), int(month), int(day))
    except ValueError as error:
        raise ValidationError(f"“{part}”里有不存在的日期。") from error


class YearForm(PlainWords, forms.Form):
    """One year's days off and make-up workdays, as the yearly notice announces them."""

    rest = forms.CharField(
        label="放假调休的日子", required=False, widget=area(6), max_length=4000,
        help_text="每行一天或一段，例如“10月1日至10月7日”。一段里的周末会自动略过。",
    )  # fmt: skip
    workdays = forms.CharField(
        label="周末上班的日子", required=False, widget=area(4), max_length=2000, help_text="例如“10月10日”。"
    )
    source = CleanText(label="依据", max_length=200, help_text="写明通知名称和文号，例如“国办发明电〔2025〕7号”。")

    def __init__(self, *args: Any, year: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.year = year

    def clean_rest(self) -> list[date]:
        return read_days(self.cleaned_data["rest"], self.year, weekends=False)

    def clean_workdays(self) -> list[date]:
        return read_days(self.cleaned_data["workdays"], self.year, weekends=True)
