"""The forms of a citizen's notice settings."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from huixiang.accounts.models import User
from huixiang.notices.actions.addressing import BadAddress, clean_address
from huixiang.notices.actions.preferring import chosen
from huixiang.notices.models import Channel, Choice
from huixiang.ui.forms import PlainWords


class WaysForm(PlainWords, forms.Form):
    """By which ways besides the site a citizen wants to be told."""

    sms = forms.BooleanField(label="发短信到我的手机", required=False)
    email = forms.BooleanField(label="发邮件到我的邮箱", required=False)

    def __init__(self, data: Mapping[str, Any] | None = None, *, user: User) -> None:
        now = {c.value: chosen(user, c) != Choice.OFF for c in (Channel.SMS, Channel.EMAIL)}
        super().__init__(data, initial=now)
        if not user.email:
            del self.fields["email"]

    def chosen(self) -> dict[Channel, Choice]:
        """What was chosen, of a valid form."""
        return {Channel(name): Choice.EACH if ticked else Choice.OFF for name, ticked in self.cleaned_data.items()}


class MailboxForm(PlainWords, forms.Form):
    """A mailbox to which a code is sent."""

    address = forms.CharField(
        label="电子邮箱", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email", "maxlength": None})
    )

    def clean_address(self) -> str:
        try:
            return clean_address(Channel.EMAIL, str(self.cleaned_data["address"]))
        except BadAddress as error:
            raise ValidationError(error.message) from error


class MailCodeForm(PlainWords, forms.Form):
    """The code that came by mail, beside the mailbox that it was sent to."""

    code = forms.CharField(
        label="邮件里的验证码",
        max_length=12,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "class": "code-input", "maxlength": None}
        ),
    )
    address = forms.CharField(max_length=254, widget=forms.HiddenInput)
