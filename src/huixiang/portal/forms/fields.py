"""Fields that treat a citizen's text as the house does: neutralised first, then measured."""

from typing import Any

from django import forms

from huixiang.accounts.actions.confirming import BadPhone, clean_phone
from huixiang.nlp.cleaning import neutralise


class PlainTextField(forms.CharField):
    """Text without invisible characters and odd line ends; limits count what is left."""

    def to_python(self, value: Any) -> str:
        text = neutralise(str(value)) if value not in self.empty_values else ""
        return super().to_python(text) or ""


class LineField(PlainTextField):
    """Plain text on one line."""

    def to_python(self, value: Any) -> str:
        return " ".join(super().to_python(value).split())


class PhoneField(forms.CharField):
    """A Chinese mobile number as people type it; gives its 11 digits."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel", "data-no-keep": ""})
        super().__init__(**{"label": "手机号", "max_length": 24, "widget": widget, **kwargs})
        self.widget.attrs.pop("maxlength", None)

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        if not text:
            return ""
        try:
            return clean_phone(text)
        except BadPhone as error:
            raise forms.ValidationError(error.message) from error


class ManyFilesInput(forms.FileInput):
    """A file input that takes several files at once."""

    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """Any number of files; what each may be is decided when it is taken in."""

    widget = ManyFilesInput

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        return [f for f in data if f] if isinstance(data, list) else [data] if data else []
