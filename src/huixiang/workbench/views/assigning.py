"""Whose case it is: assigning, supporting units, claiming, transferring, sending back, deciding objections."""

from typing import Any, cast

from django import forms
from django.db import transaction
from django.db.models import Q
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from huixiang.cases import access
from huixiang.cases.actions import assigning, claiming, merging, objecting, redacting
from huixiang.cases.choices import Lane, MessageKind, Visibility
from huixiang.cases.ledger import Act
from huixiang.cases.models import Case, Objection
from huixiang.cases.refusals import Refused
from huixiang.rules.lifecycle import Step
from huixiang.triage.actions import deciding
from huixiang.triage.actions.deciding import Choice
from huixiang.triage.choices import Question
from huixiang.triage.judging import likely_topics
from huixiang.triage.ranking import Ranked, of_column, ranked_units, without
from huixiang.units.access import Actor
from huixiang.units.models import Topic, Unit

from ..advice import Advice, advice_on, topic_words
from ..doors import DeskRequest, fragment, staff_required
from ..verbs import CleanText, RowField, StepForm, UnitField, Verb, units_near

FOUND = 30
HELPERS = 6


class OneUnitForm(StepForm):
    """A form with one unit to choose."""

    unit = UnitField()

    def prepare(self) -> None:
        cast(UnitField, self.fields["unit"]).offer(self.offered(), given=str(self.data.get("unit", "")))

    def offered(self) -> list[Unit]:
        """The units shown before anyone searches."""
        return units_near(self.case)


class AssignForm(OneUnitForm):
    """Lead unit, topic, what is asked, and units that help."""

    unit = UnitField("主办单位")
    topic = forms.ModelChoiceField(Topic.objects.all(), label="主题", required=False, empty_label="不定主题")
    task = CleanText("办理要求", 300, rows=2, required=False)
    supporting = forms.ModelMultipleChoiceField(
        Unit.objects.active(),
        label="协办单位",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="协办单位也可以在交办后逐个添加，分别写明任务。",
    )
    triage_reason = CleanText("改了系统建议的话，为什么（可不填）", 200, rows=1, required=False)
    advice: Advice
    suggestions: list[Ranked]

    def prepare(self) -> None:
        case, self.advice = self.case, advice_on(self.case)
        decided = self.advice.decided(Question.TOPIC) or case.topic_id or self.advice.chosen(Question.TOPIC)
        likely = Topic.objects.filter(pk=decided).first() if decided else None
        self.suggestions = without(_addressed(case) + _ranked(case, self.advice, likely), case.accused_units.all())
        if not case.is_report:
            # Whom a report accuses is for a person to see: nothing is chosen for them there.
            self.initial["topic"] = likely.pk if likely else None
            first = self.suggestions[0].unit.pk if self.suggestions else None
            self.initial["unit"] = self.advice.decided(Question.UNIT) or first
        super().prepare()
        self.fields["supporting"].widget.choices = [(u.pk, u.name) for u in self.offered()[1 : HELPERS + 1]]

    def offered(self) -> list[Unit]:
        decided = self.advice.decided(Question.UNIT)
        chosen = list(Unit.objects.active().filter(pk=int(decided))) if decided else []
        return list(dict.fromkeys([*chosen, *(s.unit for s in self.suggestions), *units_near(self.case)]))

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        lead, helpers = given.get("unit"), given.get("supporting") or []
        # The lead unit ticked as its own helper is a slip, not a wish.
        given["supporting"] = [u for u in helpers if u != lead]
        return given


class SupportForm(OneUnitForm):
    """Another supporting unit with a task of its own."""

    unit = UnitField("协办单位")
    task = CleanText("协办任务", 300, help_text="写清请对方做什么、给出什么结果。")


class TransferForm(OneUnitForm):
    """Where to and why."""

    unit = UnitField("转给")
    reason = CleanText("转办理由", 300, help_text="留言人会看到这条理由。")


class ReasonForm(StepForm):
    """Why it goes back."""

    reason = CleanText("退回理由", 300, help_text="留言人会看到这条理由。")


class DecideForm(StepForm):
    """The decision on an objection."""

    verdict = forms.ChoiceField(
        label="裁定",
        choices=[("upheld", "异议成立，重新交办"), ("overruled", "异议不成立，由原单位受理")],
        widget=forms.RadioSelect,
    )
    decision = CleanText("裁定理由", 500)


class ClaimForm(StepForm):
    """For which of the own units."""

    unit = RowField("认领单位", empty_label=None)

    def prepare(self) -> None:
        units = access.claiming_units(self.actor, self.case)
        cast(RowField, self.fields["unit"]).offer(Unit.objects.filter(pk__in=[u.pk for u in units]))
        self.initial["unit"] = units[0].pk if units else None


class LaneForm(StepForm):
    """Another lane, and why."""

    lane = forms.ChoiceField(label="办理通道", choices=Lane.choices)
    reason = CleanText("调整理由", 200, rows=2)

    def prepare(self) -> None:
        self.initial["lane"] = self.case.lane


class VisibilityForm(StepForm):
    """Who may see it."""

    visibility = forms.ChoiceField(label="公开范围", choices=Visibility.choices)

    def prepare(self) -> None:
        self.initial["visibility"] = self.case.visibility


class MergeForm(StepForm):
    """The earlier case that this one joins."""

    into = CleanText("并入哪一件（留言编号）", 20, rows=1)

    def clean_into(self) -> Case:
        number = str(self.cleaned_data["into"]).upper()
        found = access.visible(self.actor).filter(number=number).first()
        if found is None:
            raise forms.ValidationError("没有找到这个编号的留言，请核对。")
        return found


@staff_required
@require_safe
def units(request: DeskRequest) -> HttpResponse:
    """Options for a unit picker: active units whose name, short name or kind holds the words searched."""
    words = request.GET.get("q", "").strip()[:40]
    found = Unit.objects.active().order_by("path")
    for word in words.split():
        found = found.filter(Q(name__icontains=word) | Q(short_name__icontains=word) | Q(about__icontains=word))
    context = {"units": list(found[:FOUND]) if words else [], "words": words, "is_cut": found[FOUND:].exists()}
    return fragment(request, "workbench/case/unit_options.html", context)


def open_objection(case: Case) -> Objection | None:
    """The objection that waits for a decision."""
    return Objection.objects.filter(case=case, is_upheld=None).select_related("unit", "suggested_unit", "by").first()


def _addressed(case: Case) -> list[Ranked]:
    holder = case.office_holder
    return [Ranked(holder.unit, 0.0, (f"留言是写给{holder.name}（{holder.title}）的",))] if holder else []


def _ranked(case: Case, advice: Advice, topic: Topic | None) -> list[Ranked]:
    """The units as they rank now: the topic may have been put right, and practice goes on, since the message came."""
    kinds = advice.unit.facts.get("kinds", []) if advice.unit else []
    topics = [(topic, 1.0)] if topic else likely_topics(advice.topic)
    ranked = of_column(case.column_id, case.region) + ranked_units(
        case.region, topics, kinds, f"{case.title}{case.body}"
    )
    holder = case.office_holder
    return [one for one in ranked if holder is None or one.unit.pk != holder.unit_id]


def _decide(case: Case, given: dict[str, Any], act: Act) -> object:
    objection = open_objection(case)
    if objection is None:
        raise Refused("这件留言没有待裁定的异议。")
    return objecting.decide(objection, act, is_upheld=given["verdict"] == "upheld", decision=given["decision"])


def _assign(case: Case, given: dict[str, Any], act: Act) -> object:
    unit, topic = given["unit"], given["topic"]
    with transaction.atomic():
        done = assigning.assign(case, unit, act, task=given["task"], supporting=given["supporting"], topic=topic)
        settled = {Question.UNIT: Choice(str(unit.pk), unit.name)}
        if topic is not None:
            settled[Question.TOPIC] = Choice(topic.pk, topic_words(topic))
        deciding.decide(case, settled, act, reason=given["triage_reason"])
    return done


def _is_no_report(actor: Actor, case: Case) -> bool:
    return case.kind != MessageKind.REPORT


VERBS = (
    Verb(
        "claim", Step.CLAIM, "认领", "hand-index-thumb",
        lambda case, given, act: claiming.claim(case, given["unit"], act),
        "认领成功，这件留言由本单位主办，办理期限从现在开始计算。",
        ClaimForm, "认领这件留言", "认领后由本单位主办，等同签收受理。先到先得。", "c", is_main=True,
    ),
    Verb(
        "assign", Step.ASSIGN, "交办", "send", _assign, "已交办。", AssignForm, "交办", keys="j", is_main=True,
    ),
    Verb(
        "decide", Step.UPHOLD_OBJECTION, "裁定异议", "clipboard-check", _decide, "已裁定。", DecideForm, "作出裁定",
        is_main=True,
    ),
    Verb(
        "support", Step.ADD_SUPPORT, "增加协办单位", "plus-lg",
        lambda case, given, act: assigning.add_support(case, given["unit"], act, task=given["task"]),
        "已增加协办单位。", SupportForm, "增加",
    ),
    Verb(
        "transfer", Step.TRANSFER, "转办", "arrow-left-right",
        lambda case, given, act: assigning.transfer(case, given["unit"], act, reason=given["reason"]),
        "已转办。", TransferForm, "转办", "对方签收之前，首问单位仍要负责答复留言人。",
    ),
    Verb(
        "send_back", Step.SEND_BACK, "退回交办员", "arrow-return-left",
        lambda case, given, act: assigning.send_back(case, act, reason=given["reason"]),
        "已退回交办员。", ReasonForm, "退回", "重新交办之前，首问单位仍要负责答复留言人。",
    ),
    Verb(
        "lane", Step.CHANGE_LANE, "调整办理通道", "signpost-split",
        lambda case, given, act: assigning.set_lane(case, Lane(given["lane"]), act, reason=given["reason"]),
        "已调整办理通道。", LaneForm, "调整", "转入紧急（绿色）通道时，在走的期限取更早的；回应可以先发布、后补审。",
    ),
    Verb(
        "merge", Step.MERGE, "并入同类留言", "union",
        lambda case, given, act: merging.merge(case, given["into"], act),
        "已并入。", MergeForm, "并入", "这件留言到此为止，留言人改看并入的那一件的答复。",
        ask="把这件留言并入另一件？并入后不能撤销。", offers=_is_no_report,
    ),
    Verb(
        "visibility", Step.CHANGE_VISIBILITY, "公开范围", "eye",
        lambda case, given, act: redacting.change_visibility(case, given["visibility"], act),
        "已改变公开范围。", VisibilityForm, "改变", "应留言人要求，或为保护个人信息时使用。",
    ),
)  # fmt: skip
