"""Form errors in words a person would use, naming the field."""

from functools import cache
from typing import Any

from django import forms

_CHOSEN = (forms.Select, forms.RadioSelect, forms.CheckboxSelectMultiple, forms.SelectMultiple)
_WORDS = {
    "min_length": "{label}写得太短：至少{limit}个字，现在{shown}个字",
    "max_length": "{label}写得太长：最多{limit}个字，现在{shown}个字",
    "min_value": "{label}不能小于{limit}",
    "max_value": "{label}不能大于{limit}",
    "invalid_choice": "{label}里没有这一项，请重新选择",
    "invalid_image": "这张图片打不开，请换一张",
    "empty": "这个文件是空的，请重新选择",
    "missing": "请先选择文件",
}


class PlainWords:
    """Mix into a form, before forms.Form: its fields then explain what to do instead of naming a rule.

    A field that brings its own words for an error keeps them.
    """

    base_fields: dict[str, forms.Field]
    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        form: Any = type(self)
        _teach(form)
        super().__init__(*args, **kwargs)
        for name in self.fields.keys() - form.base_fields.keys():
            _speak_plainly(self.fields[name], str(self.fields[name].label or name))


@cache
def _teach(form: Any) -> None:
    """Let the fields that a class declares speak plainly: once, for each of its forms begins with copies of them."""
    for name, field in form.base_fields.items():
        _speak_plainly(field, str(field.label or name))


def _speak_plainly(field: forms.Field, label: str) -> None:
    """Replace Django's default messages of one field; messages chosen for this form stay."""
    blanks = {"label": label, "limit": "%(limit_value)s", "shown": "%(show_value)s"}
    words = {code: text.format(**blanks) for code, text in _WORDS.items()}
    words["required"] = _required_words(field, label)
    words["invalid"] = f"{label}的格式不对，请检查后再填"
    defaults = _default_messages(field)
    for code, text in words.items():
        current = field.error_messages.get(code)
        if current is None or current == defaults.get(code):
            field.error_messages[code] = text


def _default_messages(field: forms.Field) -> dict[str, Any]:
    """Gather the messages a field has from its classes, which nobody chose for this form."""
    messages: dict[str, Any] = {}
    for parent in reversed(type(field).__mro__):
        messages.update(getattr(parent, "default_error_messages", {}))
    return messages


def _required_words(field: forms.Field, label: str) -> str:
    if isinstance(field, forms.BooleanField):
        return "请先勾选这一项"
    if isinstance(field, forms.FileField):
        return f"请选择{label}"
    return f"请选择“{label}”" if isinstance(field.widget, _CHOSEN) else f"请填写{label}"
