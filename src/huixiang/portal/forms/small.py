"""The small forms: a phone, a code, a number with its query code, a support."""

from django import forms

from huixiang.ui.forms import PlainWords

from .fields import LineField, PhoneField, PlainTextField


class PhoneForm(PlainWords, forms.Form):
    """A phone to which a code is sent."""

    phone = PhoneField(required=True)


class CodeForm(PlainWords, forms.Form):
    """The code that came by SMS."""

    code = forms.CharField(
        label="短信验证码",
        max_length=12,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "class": "code-input", "maxlength": None}
        ),
    )


class TrackForm(PlainWords, forms.Form):
    """The number of a message and its query code."""

    number = LineField(
        label="留言编号", max_length=20, widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "HX…"})
    )
    code = LineField(
        label="查询码", max_length=20, widget=forms.TextInput(attrs={"autocomplete": "off", "data-no-keep": ""})
    )


class SupportNoteForm(PlainWords, forms.Form):
    """What a supporter wants the unit to know besides."""

    note = PlainTextField(
        label="想补充的话",
        required=False,
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="只给承办单位看，不公开。比如您家的情况、大概有多少户。",
    )


class SupportForm(SupportNoteForm):
    """A supporter who is not signed in: with the phone that makes them count once."""

    phone = PhoneField(required=True, help_text="只用来确认一个人只算一次，不会公开，也不会给承办单位。")
