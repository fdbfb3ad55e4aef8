"""Help for writing: boxes that are merged into running text, and the four lessons beside a final reply."""

from collections.abc import Mapping
from typing import Any

from django import forms

from huixiang.cases.gate_guards import LESSONS, Lessons, lessons_of, needs_lessons
from huixiang.cases.models import Reply
from huixiang.ui.forms import PlainWords

from .verbs import CleanText

BOX_LIMIT = 1000
LESSON_LIMIT = 500
# In the order in which they are merged: whoever reads wants to be understood first.
CARE_BOXES = {
    "box_empathy": ("情感", "用留言人自己说到的事，说明我们知道他的难处。"),
    "box_facts": ("事实", "谁、哪天、到哪里、查到什么、多少。"),
    "box_action": ("行动", "谁、哪天、做什么，已经做了什么。"),
}
DISCLOSURE_BOXES = {
    "box_overview": ("全貌", "这件事查下来到底是怎么回事。"),
    "box_responsibility": ("责任", "哪个单位、哪个环节负责。"),
    "box_progress": ("进展", "已经办到哪一步，下一步哪天办什么。"),
    "box_prevention": ("预防", "怎样不再发生。"),
}
_LESSON_HELP = {
    "cause": "为什么会发生，有什么凭据。",
    "responsible_person": "谁的责任，怎么处理的。",
    "remedy": "做了什么整改，谁验收的。",
    "lesson": "培训、制度、排查，怎样举一反三。",
}
_ENDS = "。！？!?；;：:"


class BoxesForm(PlainWords, forms.Form):
    """Seven boxes; nothing of them is kept but what is merged into the text."""

    def __init__(self, data: Mapping[str, Any] | None = None, *, reply: Reply) -> None:
        super().__init__(data, auto_id=f"reply{reply.pk}_%s")
        for name, (label, help_text) in {**CARE_BOXES, **DISCLOSURE_BOXES}.items():
            self.fields[name] = CleanText(label, BOX_LIMIT, rows=2, required=False, help_text=help_text)

    @property
    def cares(self) -> list[Any]:
        """事实—情感—行动."""
        return [self[name] for name in CARE_BOXES]

    @property
    def disclosures(self) -> list[Any]:
        """全貌—责任—进展—预防."""
        return [self[name] for name in DISCLOSURE_BOXES]

    def merged(self) -> str:
        """What was written in the boxes, one paragraph each, as running text; empty if nothing was."""
        said = [self.cleaned_data.get(name, "").strip() for name in (*CARE_BOXES, *DISCLOSURE_BOXES)]
        return "\n".join(text if text[-1] in _ENDS else f"{text}。" for text in said if text)


class LessonsForm(PlainWords, forms.Form):
    """四不放过: each of the four as text, or as not applicable with the reason as its text."""

    def __init__(self, data: Mapping[str, Any] | None = None, *, reply: Reply) -> None:
        kept = lessons_of(reply)
        initial = {f"lesson_{name}": getattr(kept, name) for name in LESSONS}
        initial |= {f"waive_{name}": name in kept.not_applicable for name in LESSONS}
        super().__init__(data, auto_id=f"reply{reply.pk}_%s", initial=initial)
        for name, label in LESSONS.items():
            self.fields[f"lesson_{name}"] = CleanText(
                label, LESSON_LIMIT, rows=2, required=False, help_text=_LESSON_HELP[name]
            )
            self.fields[f"waive_{name}"] = forms.BooleanField(
                label=f"{label}不适用（上面写理由，由上一级批准）", required=False
            )

    @property
    def lessons(self) -> Lessons:
        """What was written."""
        said = {name: self.cleaned_data[f"lesson_{name}"] for name in LESSONS}
        waived = tuple(name for name in LESSONS if self.cleaned_data[f"waive_{name}"])
        return Lessons(**said, not_applicable=waived)


def lessons_form(reply: Reply, data: Mapping[str, Any] | None = None) -> LessonsForm | None:
    """The form of the four lessons, where this reply rests on them."""
    return LessonsForm(data, reply=reply) if needs_lessons(reply.case, reply.kind) else None
