"""The forms with which an author goes on with an own message."""

from typing import Any

from django import forms

from huixiang.cases.choices import Visibility
from huixiang.cases.models import Case
from huixiang.cases.reasons import reasons
from huixiang.followup.actions.rating import CONFIRMABLE
from huixiang.followup.models import SCORES, UNSATISFIED_UP_TO, Rating
from huixiang.ui.forms import PlainWords

from .fields import ManyFilesField, ManyFilesInput, PlainTextField
from .submit import VISIBILITY_WORDS

OUTCOME_WORDS = {
    "resolved": "解决了",
    "partly": "解决了一部分",
    "unresolved": "没有解决",
    "explained": "解释清楚了（不需要再办什么）",
}
_LABELS = {f.name: str(f.verbose_name) for f in Rating._meta.fields}
STARS = [(5, "5星，很满意"), (4, "4星，满意"), (3, "3星，一般"), (2, "2星，不满意"), (1, "1星，很不满意")]


class SupplementForm(PlainWords, forms.Form):
    """Later words of the author."""

    body = PlainTextField(
        label="补充内容", min_length=2, max_length=1000, widget=forms.Textarea(attrs={"rows": 4, "maxlength": 1000}),
        help_text="可以补充新情况、回答单位的问题或者追问。审核后才可能公开。",
    )  # fmt: skip
    files = ManyFilesField(  # type: ignore[assignment]
        label="照片、票据、录音（可不传）", required=False, help_text="传上来的文件审核后才会公开。",
        widget=ManyFilesInput(attrs={"accept": "image/*,application/pdf,audio/*", "data-no-keep": ""}),
    )  # fmt: skip


class WithdrawForm(PlainWords, forms.Form):
    """Why the author takes the message back; may stay empty."""

    reason = PlainTextField(label="撤回原因", required=False, max_length=200)


class VisibilityForm(PlainWords, forms.Form):
    """Who may see the message from now on."""

    visibility = forms.ChoiceField(label="别人能看到吗", widget=forms.RadioSelect)

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, initial={"visibility": case.visibility}, **kwargs)
        allowed = [c for c in VISIBILITY_WORDS if not case.is_report or c == Visibility.PRIVATE]
        self.fields["visibility"].choices = [(c, VISIBILITY_WORDS[c]) for c in allowed]  # type: ignore[attr-defined]


class ReopenForm(PlainWords, forms.Form):
    """Why the case should be taken up again."""

    reason = PlainTextField(
        label="还有哪里没办好", min_length=5, max_length=500,
        widget=forms.Textarea(attrs={"rows": 4, "maxlength": 500}),
        help_text="写清哪一点没有落实、和答复哪里不一样。",
    )  # fmt: skip


class RatingForm(PlainWords, forms.Form):
    """What came of it, six scores, and a reason where one of them is low."""

    outcome = forms.ChoiceField(
        label="事情办得怎么样", widget=forms.RadioSelect, choices=[(c.value, OUTCOME_WORDS[c]) for c in CONFIRMABLE]
    )
    reason = forms.ChoiceField(label="主要是哪里不满意", required=False)
    comment = PlainTextField(
        label="还想说的话", required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 3, "maxlength": 300}),
        help_text="会和评价一起公开，请不要写个人信息。",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in SCORES:
            label = _LABELS[name]
            self.fields[name] = forms.TypedChoiceField(
                label=label, coerce=int, choices=STARS, widget=forms.RadioSelect,
                error_messages={"required": f"请给“{label}”打星", "invalid_choice": "每一项都请打1到5星"},
            )  # fmt: skip
        known = [(r.code, r.label) for r in reasons("unsatisfied").values()]
        self.fields["reason"].choices = [("", "请选择"), *known]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        given = [data[name] for name in SCORES if name in data]
        if given and min(given) <= UNSATISFIED_UP_TO and not data.get("reason") and "reason" not in self.errors:
            self.add_error("reason", "有打1星或2星的，请选一个原因，方便我们改进")
        return data

    @property
    def scores(self) -> dict[str, int]:
        """The six scores of a valid form."""
        return {name: self.cleaned_data[name] for name in SCORES}

    @property
    def cards(self) -> list[tuple[str, str, list[forms.BoundField]]]:
        """The two cards: heading, explanation and the three groups of stars."""
        return [
            ("承办单位", "真正去办这件事的单位", [self[name] for name in SCORES if name.startswith("unit")]),
            ("网信部门", "审核、交办和催办的平台", [self[name] for name in SCORES if name.startswith("platform")]),
        ]
