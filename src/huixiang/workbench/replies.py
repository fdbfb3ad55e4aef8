"""The replies of the case page: what each kind demands, the editor's form, and who sees which box."""

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, cast

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q
from django.urls import reverse
from django.utils.safestring import SafeString

from huixiang.accounts.roles import Role
from huixiang.cases import access, files
from huixiang.cases.actions.replying import BLANK, Details, why_no_extension
from huixiang.cases.choices import Lane, ReplyKind, ReplyState, Resolution
from huixiang.cases.gate_querysets import today
from huixiang.cases.knowledge import like
from huixiang.cases.ledger import Act
from huixiang.cases.models import Attachment, Case, CaseEvent, KnowledgeEntry, Reply, ReplyTemplate
from huixiang.cases.refusals import Refused
from huixiang.nlp.cleaning import neutralise
from huixiang.rules.lifecycle import State, Step
from huixiang.ui.forms import PlainWords
from huixiang.units.access import Actor

from .composing import BoxesForm, LessonsForm, lessons_form
from .differences import difference
from .gating import Panel, Waiver, panel, speaks_of_promises, waiver
from .verbs import CleanText, RowField, StepForm

REVIEWERS = (Role.UNIT_REVIEWER, Role.UNIT_HEAD)
BODY_LIMIT = 6000
# What each kind is for and what it must say; the rules themselves stand in cases.actions.replying.
DEMANDS: dict[ReplyKind, str] = {
    ReplyKind.ACK: "告诉留言人已经收到、由谁办理。不算答复。",
    ReplyKind.INITIAL: "先回应，再调查：说已做了什么、下次哪天答复。要写下次答复的日期。",
    ReplyKind.PROGRESS: "办理中途的进展。要写下次答复的日期。",
    ReplyKind.FINAL: "办理的结果。要选办理结果；有承诺的，要写事项和日期。",
    ReplyKind.CORRECTION: "更正本单位已发布的回复。要选更正哪一条。",
    ReplyKind.EXTENSION: "只能一次，最多10个工作日，期满1个工作日前提出。要写理由和延到哪天。",
    ReplyKind.TRANSFER: "依法移送有权机关。要写移送给谁和对方的回执编号。",
}
GOES_FIRST = frozenset({ReplyKind.INITIAL, ReplyKind.PROGRESS})
NEEDS_HANDLING = frozenset({ReplyKind.FINAL, ReplyKind.EXTENSION, ReplyKind.TRANSFER})
FIELDS_OF: dict[ReplyKind, tuple[str, ...]] = {
    ReplyKind.ACK: (),
    ReplyKind.INITIAL: ("next_report_on",),
    ReplyKind.PROGRESS: ("next_report_on",),
    ReplyKind.FINAL: ("claimed_resolution", "public_reason", "promise", "promise_due_on"),
    ReplyKind.CORRECTION: (),
    ReplyKind.EXTENSION: ("extended_to", "public_reason"),
    ReplyKind.TRANSFER: ("transfer_to", "receipt_number"),
}


class DraftForm(StepForm):
    """Which kind of reply, from which template."""

    kind = forms.ChoiceField(label="写哪一种回复", choices=[], widget=forms.RadioSelect)
    corrects = RowField(
        "更正哪一条",
        lambda r: f"{r.get_kind_display()}，{r.body[:24]}…",
        required=False,
        empty_label="不是更正说明，不用选",
    )
    template = RowField(
        "从模板开始", lambda t: f"{t.get_kind_display()}：{t.title}", required=False, empty_label="空白开始"
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, at: datetime, **given: Any) -> None:
        self.at = at
        super().__init__(data, **given)

    def prepare(self) -> None:
        unit = access.unit_on(self.actor, self.case)
        published = Reply.objects.published().filter(case=self.case, unit=unit)
        kinds = [k for k in ReplyKind if self.case.state == State.HANDLING or k not in NEEDS_HANDLING]
        why_not = why_no_extension(self.case, self.at) if ReplyKind.EXTENSION in kinds else ""
        kinds = [k for k in kinds if k != ReplyKind.EXTENSION or not why_not]
        if not published.exists():
            kinds = [k for k in kinds if k != ReplyKind.CORRECTION]
            del self.fields["corrects"]
        else:
            cast(RowField, self.fields["corrects"]).offer(published)
        self.fields["kind"] = forms.ChoiceField(
            label="写哪一种回复",
            choices=[(k.value, f"{k.label}：{DEMANDS[k]}") for k in kinds],
            widget=forms.RadioSelect,
            help_text=f"现在不能写延期说明：{why_not}" if why_not else "",
        )
        self.order_fields(["kind", "corrects", "template"])
        cast(RowField, self.fields["template"]).offer(templates_for(unit.pk if unit else None))


class ReplyForm(PlainWords, forms.Form):
    """The text of a reply and the details that its kind demands."""

    body = forms.CharField(
        label="正文",
        required=False,
        max_length=BODY_LIMIT,
        widget=forms.Textarea({"rows": 14, "maxlength": BODY_LIMIT}),
        help_text="先说查到了什么，再说怎么办、谁来办、哪天办完。不要写留言人的姓名、电话、住址。",
    )
    claimed_resolution = forms.ChoiceField(
        label="办理结果（送审前必填）",
        required=False,
        choices=[("", "请选择"), *((r.value, r.label) for r in Resolution if r != Resolution.UNCONFIRMED)],
        help_text="是否真的解决，以留言人评价为准。",
    )
    public_reason = CleanText("理由和依据", 300, rows=2, required=False)
    promise = CleanText("承诺事项（没有就不填）", 200, rows=2, required=False)
    promise_due_on = forms.DateField(
        label="承诺哪天做到（有承诺才填）", required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    next_report_on = forms.DateField(
        label="下次答复的日期（送审前必填）",
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )
    extended_to = forms.DateField(
        label="延长到哪一天（送审前必填）", required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    transfer_to = CleanText("移送给哪个机关（送审前必填）", 80, rows=1, required=False)
    receipt_number = CleanText("接收回执编号（送审前必填）", 60, rows=1, required=False)
    seen_version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data: Mapping[str, Any] | None = None, *, reply: Reply) -> None:
        shown = {f.name: getattr(reply, f.name) for f in fields(Details)}
        super().__init__(
            data, auto_id=f"reply{reply.pk}_%s", initial={**shown, "body": reply.body, "seen_version": reply.version}
        )
        asked = FIELDS_OF[ReplyKind(reply.kind)]
        for name in [n for n in self.fields if n not in {"body", "seen_version", *asked}]:
            del self.fields[name]
        if reply.kind == ReplyKind.FINAL:
            self.fields["public_reason"].label = "依据（不予支持时必填）"
            self.fields["public_reason"].help_text = "写明文件名称和条款。"
        if reply.kind == ReplyKind.EXTENSION:
            self.fields["public_reason"].label = "延期理由（送审前必填）"
            self.fields["public_reason"].help_text = "会向留言人说明，内部请示、人手不足不能作为理由。"

    def clean_body(self) -> str:
        return neutralise(str(self.cleaned_data["body"]))

    @property
    def details(self) -> Details:
        """What was filled in besides the text."""
        given = {f.name: self.cleaned_data.get(f.name) for f in fields(Details)}
        return Details(**{name: value for name, value in given.items() if value})

    @property
    def detail_fields(self) -> list[Any]:
        """The fields besides the text, as asked for by the kind."""
        return [self[name] for name in self.fields if name not in {"body", "seen_version"}]


@dataclass
class Box:
    """One reply on the case page, and what this person may do with it."""

    reply: Reply
    is_editable: bool = False
    is_reviewable: bool = False
    waits_for_another: bool = False
    # The lanes: out at once and approved after, out after one review, still to be approved after.
    may_go_first: bool = False
    may_go_simply: bool = False
    is_unapproved: bool = False
    may_approve_after: bool = False
    inspect_url: str = ""
    form: ReplyForm | None = None
    templates: Sequence[ReplyTemplate] = ()
    blanks: list[str] = field(default_factory=list)
    changes: SafeString | None = None
    conflict: SafeString | None = None
    returned_version: int | None = None
    evidence: list[Attachment] = field(default_factory=list)
    facts: list[tuple[str, Any]] = field(default_factory=list)
    # What the gate finds in an open reply, and what may be done about it.
    gate: Panel | None = None
    waiver: Waiver | None = None
    boxes_form: BoxesForm | None = None
    lessons_form: LessonsForm | None = None
    # Simple lane: standard answers that may serve as this reply; None in the other lanes.
    answers: Sequence[KnowledgeEntry] | None = None


def boxes_for(
    actor: Actor, case: Case, *, steps: set[Step], events: Sequence[CaseEvent], at: datetime,
    bound: ReplyForm | None = None,
) -> list[Box]:  # fmt: skip
    """The replies that this person sees, open ones first; `bound` replaces the form of its reply."""
    replies = access.replies_for(actor, case)
    by_reply: dict[int | None, list[Attachment]] = {}
    for file in Attachment.objects.filter(reply__in=[r.pk for r in replies]):
        by_reply.setdefault(file.reply_id, []).append(file)
    boxes = []
    for reply in replies:
        reply.case = case
        box = Box(reply, evidence=by_reply.get(reply.pk, []), facts=facts_of(reply))
        _give_rights(box, actor, steps)
        if box.is_editable:
            _open_editor(box, bound)
            box.answers = like(case, on=today(at)) if case.lane == Lane.SIMPLE else None
        if box.is_editable or reply.state in {ReplyState.UNIT_REVIEW, ReplyState.QUALITY}:
            _look(box, actor, at)
        if box.is_reviewable:
            box.returned_version = last_returned(events, reply)
            box.changes = _changes(box)
        boxes.append(box)
    return sorted(boxes, key=lambda b: (b.reply.state == ReplyState.PUBLISHED, -b.reply.created_at.timestamp()))


def may_edit(actor: Actor, reply: Reply) -> bool:
    """Whether the person writes for the unit of this reply."""
    return actor.acts_for(reply.unit, *access.WORKING)


def may_review(actor: Actor, reply: Reply) -> bool:
    """Whether the person reviews for the unit of this reply."""
    return actor.acts_for(reply.unit, *REVIEWERS)


def templates_for(unit_id: int | None) -> Any:
    """The unit's own templates and the general ones."""
    return ReplyTemplate.objects.filter(Q(unit=None) | Q(unit_id=unit_id))


def facts_of(reply: Reply) -> list[tuple[str, Any]]:
    """What the reply says besides its text, with labels, in the order of the form."""
    names = FIELDS_OF[ReplyKind(reply.kind)]
    labels = ReplyForm.base_fields
    facts = [(str(labels[n].label).partition("（")[0], _shown(reply, n)) for n in names]
    if reply.corrects_id:
        facts.append(("更正的是", reply.corrects))
    return [(label, value) for label, value in facts if value]


def last_returned(events: Sequence[CaseEvent], reply: Reply) -> int | None:
    """The version that was sent back last; None if none was."""
    sent = returned = None
    for event in events:
        if event.data.get("reply") != reply.pk:
            continue
        if event.step == Step.SEND_TO_REVIEW:
            sent = event.data.get("version")
        elif event.step == Step.RETURN_REPLY:
            returned = sent
    return returned


def attach(reply: Reply, uploads: Sequence["UploadedFile[bytes]"], act: Act) -> None:
    """Adds files as evidence to a draft; raises Refused for a wrong file or one too many."""
    limit = settings.UPLOAD_MAX_FILES
    if Attachment.objects.filter(reply=reply).count() + len(uploads) > limit:
        raise Refused(f"一份回复最多附{limit}个文件。", field="files")
    for upload in uploads:
        file = files.take(upload, at=act.at)
        file.case, file.reply = reply.case, reply
        file.save()


def _give_rights(box: Box, actor: Actor, steps: set[Step]) -> None:
    reply = box.reply
    if reply.state == ReplyState.DRAFT:
        box.is_editable = Step.SEND_TO_REVIEW in steps and may_edit(actor, reply)
        box.may_go_first = box.is_editable and reply.case.is_urgent and reply.kind in GOES_FIRST
    elif reply.state == ReplyState.UNIT_REVIEW and Step.PASS_REVIEW in steps and may_review(actor, reply):
        is_author = actor.user is not None and actor.user.pk == reply.author_id
        box.is_reviewable, box.waits_for_another = not is_author, is_author
        box.may_go_simply = box.is_reviewable and reply.case.lane == Lane.SIMPLE
    elif reply.state == ReplyState.QUALITY and access.inspects(actor, reply):
        box.inspect_url = reverse("desk:quality_reply", args=[reply.pk])
    elif reply.state == ReplyState.PUBLISHED and reply.author_id and reply.reviewer_id is None:
        is_author = actor.user is not None and actor.user.pk == reply.author_id
        box.is_unapproved = True
        box.may_approve_after = not is_author and Step.APPROVE_AFTER in steps and may_review(actor, reply)


def _open_editor(box: Box, bound: ReplyForm | None) -> None:
    form = ReplyForm(reply=box.reply)
    if bound is not None and bound.auto_id == form.auto_id:
        form = bound
        typed = neutralise(str(bound["body"].value() or ""))
        # Saved by a colleague meanwhile: the writer sees how the two texts differ before saving over it.
        box.conflict = difference(box.reply.body, typed) if typed != box.reply.body else None
    box.form = form
    box.templates = list(templates_for(box.reply.unit_id))
    box.blanks = BLANK.findall(str(form["body"].value() or ""))


def _look(box: Box, actor: Actor, at: datetime) -> None:
    """Asks the gate about the text as it is shown: typed and not yet saved, or saved."""
    reply, data = copy(box.reply), None
    if box.form is not None:
        data = box.form.data if box.form.is_bound else None
        reply.body = neutralise(str(box.form["body"].value() or ""))
        box.boxes_form, box.lessons_form = BoxesForm(data, reply=reply), lessons_form(reply, data)
    lessons = box.lessons_form
    typed = lessons.lessons if lessons is not None and lessons.is_bound and lessons.is_valid() else None
    box.gate = panel(reply, at=at, lessons=typed, posted=data if data and speaks_of_promises(data) else None)
    box.waiver = waiver(actor, box.reply, box.gate.grave)


def _changes(box: Box) -> SafeString | None:
    if box.returned_version is None:
        return None
    before = box.reply.versions.filter(number=box.returned_version).first()
    return difference(before.body, box.reply.body) if before else None


def _shown(reply: Reply, name: str) -> Any:
    value = getattr(reply, name)
    return Resolution(value).label if name == "claimed_resolution" and value else value
