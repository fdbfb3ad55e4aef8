from django import forms

from huixiang.ui.forms import PlainWords


class Form(PlainWords, forms.Form):
    title = forms.CharField(label="标题", min_length=5)
    kind = forms.ChoiceField(label="类别", choices=[("a", "甲")])
    agree = forms.BooleanField(label="同意")
    phone = forms.CharField(label="手机号", error_messages={"required": "请留下手机号，方便单位联系您"})


def test_missing_answers_are_asked_for_by_name():
    errors = Form({}).errors
    assert errors["title"] == ["请填写标题"]
    assert errors["kind"] == ["请选择“类别”"]
    assert errors["agree"] == ["请先勾选这一项"]


def test_a_field_that_brings_its_own_words_keeps_them():
    assert Form({}).errors["phone"] == ["请留下手机号，方便单位联系您"]


def test_lengths_are_told_in_characters():
    assert Form({"title": "停水"}).errors["title"] == ["标题写得太短：至少5个字，现在2个字"]


def test_two_forms_do_not_share_words():
    class Other(PlainWords, forms.Form):
        title = forms.CharField(label="名称")

    assert Other({}).errors["title"] == ["请填写名称"]
    assert Form({}).errors["title"] == ["请填写标题"]
