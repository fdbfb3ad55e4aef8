"""The form in which a message is written."""

from decimal import Decimal
from typing import Any

from django import forms

from huixiang.cases.actions.submitting import Message
from huixiang.cases.choices import MessageKind, Visibility
from huixiang.cases.models import Column
from huixiang.ui.forms import PlainWords
from huixiang.units.models import OfficeHolder, Region

from ..places import chosen_place
from .fields import LineField, ManyFilesField, ManyFilesInput, PhoneField, PlainTextField

BY_PHONE, ANONYMOUS = "phone", "anonymous"
VISIBILITY_WORDS = {
    Visibility.PUBLIC: "公开：大家能看到留言（隐去个人信息）和答复，也方便遇到同样事情的人",
    Visibility.REPLY_ONLY: "只公开答复：大家只看到单位怎么答复，看不到您写的内容",
    Visibility.PRIVATE: "都不公开：只有您、审核人员和承办单位能看到",
}
WAY_WORDS = {
    BY_PHONE: "手机验证：收一条短信验证码，有进展会发短信告诉您",
    ANONYMOUS: "不留手机：提交后给您一个查询码，要自己抄下来，凭它查进度",
}


class Holders(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Office-holders, named with their region."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.region.readable} · {obj.title} {obj.name}"


class SubmitForm(PlainWords, forms.Form):
    """A message with everything that belongs to it; texts are neutralised before they are measured."""

    column = forms.ChoiceField(label="栏目", widget=forms.RadioSelect)
    kind = forms.ChoiceField(label="类型", widget=forms.RadioSelect, choices=MessageKind.choices)
    region = forms.CharField(
        label="事情发生在哪里", max_length=12, error_messages={"required": "请选择事情发生在哪个市州、县市区"}
    )
    township = forms.CharField(required=False, max_length=12)
    office_holder = Holders(
        label="写给哪位负责人", required=False, empty_label="请选择负责人",
        queryset=OfficeHolder.objects.filter(is_active=True).select_related("region"),
    )  # fmt: skip
    business_name = LineField(label="商家名称", required=False, max_length=80)
    amount_yuan = forms.DecimalField(
        label="涉及金额（元）", required=False, min_value=Decimal(0), max_value=Decimal(999_999_999), decimal_places=2,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        error_messages={"invalid": "金额请只写数字，比如2600或2600.50", "max_decimal_places": "金额最多写到分"},
    )  # fmt: skip
    title = LineField(
        label="标题", min_length=5, max_length=40,
        help_text="一句话说清是什么事，5到40个字。比如：小区连着三天停水没人管",
        widget=forms.TextInput(attrs={"autocomplete": "off", "maxlength": 40}),
    )  # fmt: skip
    body = PlainTextField(
        label="内容", min_length=10, max_length=2000,
        help_text="一件留言只说一件事，有几件事请分开写，这样才好交给负责的单位。写清时间、地点、经过和您希望怎么解决。",
        widget=forms.Textarea(attrs={"rows": 9, "maxlength": 2000}),
    )  # fmt: skip
    files = ManyFilesField(  # type: ignore[assignment]
        label="照片、文件", required=False,
        widget=ManyFilesInput(attrs={"accept": "image/*,application/pdf,audio/*", "data-no-keep": ""}),
    )  # fmt: skip
    visibility = forms.ChoiceField(
        label="别人能看到吗", widget=forms.RadioSelect, choices=list(VISIBILITY_WORDS.items()),
        initial=Visibility.PUBLIC,
    )  # fmt: skip
    contact_name = LineField(
        label="怎么称呼您", required=False, max_length=20, help_text="只给承办单位联系您时用，不公开。比如：李女士"
    )
    way = forms.ChoiceField(
        label="怎么接收进展", widget=forms.RadioSelect, choices=list(WAY_WORDS.items()), initial=BY_PHONE
    )
    phone = PhoneField(required=False, help_text="用来收验证码和进展短信。只有承办单位办事需要时能看到。")

    def __init__(self, *args: Any, columns: list[Column], signed_in: bool, can_text: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.columns = {c.code: c for c in columns}
        self.fields["column"].choices = [(c.code, c.name) for c in columns]  # type: ignore[attr-defined]
        if signed_in:
            del self.fields["way"], self.fields["phone"]
        elif not can_text:
            self.fields["way"].choices = [(ANONYMOUS, WAY_WORDS[ANONYMOUS])]  # type: ignore[attr-defined]
            self.fields["way"].initial = ANONYMOUS
            del self.fields["phone"]
        self.place: Region | None = None

    @property
    def confirms_by(self) -> str:
        """How the author confirms: by phone, anonymously, or (empty) by being signed in."""
        return str(self.cleaned_data.get("way", ""))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        self.place = chosen_place(data.get("region", ""), data.get("township", ""))
        if data.get("region") and self.place is None:
            self.add_error("region", "没有这个地方，请重新选择")
        column = self.columns.get(data.get("column", ""))
        if column is not None:
            self._check_column(column, data)
        if data.get("way") == BY_PHONE and not data.get("phone") and "phone" not in self.errors:
            self.add_error("phone", "请填写手机号，或者选“不留手机”")
        return data

    def _check_column(self, column: Column, data: dict[str, Any]) -> None:
        """What a column asks for besides; fields that belong to other columns are dropped."""
        if data.get("kind") and data["kind"] not in column.kinds:
            names = "、".join(MessageKind(k).label for k in column.kinds)
            self.add_error("kind", f"“{column.name}”只收{names}，请换一个类型或栏目")
        if not column.asks_office_holder:
            data["office_holder"] = None
        elif data.get("office_holder") is None and "office_holder" not in self.errors:
            self.add_error("office_holder", "请选择写给哪位负责人")
        if not column.asks_business:
            data["business_name"], data["amount_yuan"] = "", None
        elif not data.get("business_name") and "business_name" not in self.errors:
            self.add_error("business_name", "请填写商家名称，写全一点更好找")

    def message(self) -> Message:
        """The message of a valid form."""
        data = self.cleaned_data
        if self.place is None:
            raise ValueError("only a valid form holds a message")
        return Message(
            column=self.columns[data["column"]],
            kind=data["kind"],
            region=self.place,
            title=data["title"],
            body=data["body"],
            visibility=data["visibility"],
            office_holder=data["office_holder"],
            contact_name=data["contact_name"],
            contact_phone=data.get("phone", "") if self.confirms_by == BY_PHONE else "",
            business_name=data["business_name"],
            amount_yuan=data["amount_yuan"],
        )
