"""Forms of the notices: how somebody wants to be told and where, a unit's group robots, standing in."""

from collections.abc import Iterable, Mapping
from datetime import datetime, time, timedelta
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError

from huixiang.accounts.models import User
from huixiang.notices.actions.addressing import BadAddress, clean_address
from huixiang.notices.models import HOOK_CHANNELS, Channel, Choice
from huixiang.rules.calendar import CHINA
from huixiang.ui.forms import PlainWords
from huixiang.units.models import Unit

from .forms_b import CleanText

_HELP = {
    Channel.SMS: "只在超时、督办函、领导批示、风险这些要紧的时候发。",
    Channel.EMAIL: "每天汇总一次：早上8:30发一封，列出今天到期和已经超时的留言。",
}
_ADDRESS = {Channel.SMS: "手机号", Channel.EMAIL: "电子邮箱"}


class PreferenceForm(PlainWords, forms.Form):
    """How each channel is to be used; one group of choices per channel."""

    def __init__(
        self, data: Mapping[str, Any] | None, *, offered: Mapping[Channel, list[Choice]], chosen: Mapping[Channel, str]
    ) -> None:
        super().__init__(data, auto_id="prefer_%s")
        for channel, choices in offered.items():
            self.fields[channel.value] = forms.ChoiceField(
                label=channel.label, choices=[(c.value, c.label) for c in choices], widget=forms.RadioSelect,
                initial=chosen[channel], help_text=_HELP[channel],
            )  # fmt: skip

    def chosen(self) -> dict[Channel, Choice]:
        """What was chosen, of a valid form."""
        return {Channel(name): Choice(value) for name, value in self.cleaned_data.items()}


class AddressForm(PlainWords, forms.Form):
    """A phone or an e-mail address to which a code is to be sent."""

    address = forms.CharField(label="地址", max_length=254)

    def __init__(self, data: Mapping[str, Any] | None = None, *, channel: Channel) -> None:
        super().__init__(data, auto_id=f"{channel}_%s")
        self.channel, field = channel, self.fields["address"]
        field.label = _ADDRESS[channel]
        field.error_messages["required"] = f"请填写{field.label}。"
        is_mail = channel == Channel.EMAIL
        field.widget.attrs.update({"type": "email", "autocomplete": "email"} if is_mail else {"inputmode": "tel"})

    def clean_address(self) -> str:
        try:
            return clean_address(self.channel, str(self.cleaned_data["address"]))
        except BadAddress as error:
            raise ValidationError(error.message) from error


class CodeForm(PlainWords, forms.Form):
    """The code that came back, beside the address that it was sent to."""

    code = forms.CharField(
        label="验证码", max_length=12,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "maxlength": None}),
    )  # fmt: skip
    address = forms.CharField(max_length=254, widget=forms.HiddenInput)

    def __init__(self, data: Mapping[str, Any] | None = None, *, channel: Channel, address: str = "") -> None:
        super().__init__(data, auto_id=f"{channel}_code_%s", initial={"address": address})


class HookForm(PlainWords, forms.Form):
    """A unit's group robot."""

    unit = forms.ChoiceField(label="单位")
    kind = forms.ChoiceField(label="哪种机器人", choices=[(c.value, c.label) for c in HOOK_CHANNELS])
    url = CleanText(
        label="机器人地址", max_length=300, help_text="在群设置里添加群机器人后复制的完整地址，以 https:// 开头。"
    )
    secret = CleanText(
        label="加签密钥", max_length=100, required=False, help_text="钉钉机器人选了“加签”才要填，以 SEC 开头。"
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, units: Iterable[Unit]) -> None:
        super().__init__(data, auto_id="hook_%s")
        self.units = {str(unit.pk): unit for unit in units}
        cast(forms.ChoiceField, self.fields["unit"]).choices = [(k, u.short_name) for k, u in self.units.items()]


class DelegationForm(PlainWords, forms.Form):
    """Who stands in, from which day to which, and why."""

    to_user = forms.ChoiceField(label="请谁代理")
    starts_on = forms.DateField(label="从哪天起", widget=forms.DateInput(attrs={"type": "date"}))
    ends_on = forms.DateField(label="到哪天止", widget=forms.DateInput(attrs={"type": "date"}))
    reason = CleanText(label="原因", max_length=200, help_text="例如：外出学习。")

    def __init__(self, data: Mapping[str, Any] | None = None, *, people: Iterable[tuple[User, str]]) -> None:
        super().__init__(data, auto_id="deputy_%s")
        known = list(people)
        self.people = {str(person.pk): person for person, _ in known}
        offered = [(str(person.pk), f"{person.display_name}（{where}）") for person, where in known]
        cast(forms.ChoiceField, self.fields["to_user"]).choices = [("", "请选择"), *offered]

    @property
    def person(self) -> User:
        """Who was chosen, of a valid form."""
        return self.people[self.cleaned_data["to_user"]]

    def span(self, at: datetime) -> tuple[datetime, datetime]:
        """From when until when, of a valid form; what begins today begins now."""
        starts = datetime.combine(self.cleaned_data["starts_on"], time(), CHINA)
        ends = datetime.combine(self.cleaned_data["ends_on"] + timedelta(days=1), time(), CHINA)
        return (at if starts.date() == at.astimezone(CHINA).date() else starts), ends


class DeputyForForm(DelegationForm):
    """The same, set up by a security administrator for somebody who is away."""

    from_user = forms.ChoiceField(label="谁不在岗")
    field_order = ("from_user", "to_user", "starts_on", "ends_on", "reason")

    def __init__(self, data: Mapping[str, Any] | None = None, *, people: Iterable[tuple[User, str]]) -> None:
        super().__init__(data, people=people)
        offered = cast(forms.ChoiceField, self.fields["to_user"]).choices
        cast(forms.ChoiceField, self.fields["from_user"]).choices = offered

    @property
    def absent(self) -> User:
        """Whose place is taken, of a valid form."""
        return self.people[self.cleaned_data["from_user"]]
