"""Working on a case: signing for it, objecting, pausing, noting, tasks, promises, reopening."""

from typing import Any, cast

from django import forms

from huixiang.cases.actions import accepting, assigning, finalizing, noting, objecting, pausing, publishing
from huixiang.cases.choices import AssignmentRole, AssignmentState, PauseReason
from huixiang.cases.ledger import Act
from huixiang.cases.models import Assignment, Case, Objection
from huixiang.cases.reasons import reasons
from huixiang.followup.actions import reopening
from huixiang.rules.lifecycle import Step
from huixiang.units.access import Actor
from huixiang.units.models import Unit

from ..verbs import CleanText, RowField, StepForm, UnitField, Verb
from .assigning import OneUnitForm

OPEN_TASK = [AssignmentState.OFFERED, AssignmentState.ACCEPTED]


class ObjectForm(OneUnitForm):
    """Why this is not ours, on which legal basis, and whose it could be."""

    ground = forms.ChoiceField(label="情形", choices=[])
    legal_basis = CleanText("职责依据", 200, rows=2, help_text="法规、三定方案或权责清单的名称和条款。")
    reasons = CleanText("理由", 480)
    unit = UnitField("建议由谁承办", required=False)

    def prepare(self) -> None:
        super().prepare()
        known = reasons("objection")
        self.fields["ground"] = forms.ChoiceField(
            label="情形", choices=[("", "请选择"), *((code, r.label) for code, r in known.items())]
        )
        self.order_fields(["ground", "legal_basis", "reasons", "unit"])


class PauseForm(StepForm):
    """What is waited for."""

    reason = forms.ChoiceField(label="暂停情形", choices=[("", "请选择"), *PauseReason.choices])
    expected_on = forms.DateField(
        label="预计哪天有结果",
        widget=forms.DateInput({"type": "date"}),
        help_text="到这天还没有恢复，系统提醒交办员和承办单位。等待留言人补充，最长5个工作日。",
    )
    institution = CleanText("鉴定、检测机构", 80, rows=1, required=False, help_text="选“法定鉴定、检测”时要写明。")
    receiving_body = CleanText("接收机关", 80, rows=1, required=False, help_text="选“已移送有权机关”时要写明。")
    receipt_number = CleanText("接收回执编号", 60, rows=1, required=False, help_text="选“已移送有权机关”时要写明。")
    explanation = CleanText("说明", 300, help_text="在等什么、由谁办。留言人会看到。")


class NoteForm(StepForm):
    """What colleagues should know."""

    text = CleanText("内部备注", 1000, help_text="只有工作人员看得到。")


class EvidenceForm(StepForm):
    """How the promise was kept."""

    evidence = CleanText("兑现情况和凭据", 500, help_text="做了什么、哪天完成、凭据在哪里。会向社会公开。")


class ReopenForm(StepForm):
    """Why it must be done again."""

    reason = CleanText("重新办理的理由", 500, help_text="还有哪里没有办好。留言人会看到。")


class FinalizeForm(StepForm):
    """The re-review opinion on which the case ends for good, and what its author is told."""

    document = CleanText("复核意见书文号", 60, rows=1, help_text="例如：岳信复核〔2026〕3号。")
    decided_on = forms.DateField(label="复核意见书日期", widget=forms.DateInput({"type": "date"}))
    explanation = CleanText("告知留言人", 500, help_text="为什么终结、还能走什么渠道。留言人和公众都会看到。")


class TaskForm(StepForm):
    """One's own open task on the case."""

    task = RowField("协办任务", lambda t: f"{t.unit.short_name}：{t.task or '协助办理'}", empty_label=None)
    states: tuple[AssignmentState, ...] = (AssignmentState.OFFERED,)

    def prepare(self) -> None:
        mine = own_tasks(self.actor, self.case, *self.states)
        cast(RowField, self.fields["task"]).offer(mine)
        first = mine.first()
        self.initial["task"] = first.pk if first else None


class FinishForm(TaskForm):
    """What came of the own task."""

    states = (AssignmentState.OFFERED, AssignmentState.ACCEPTED)
    result = CleanText("协办结果", 500, help_text="查到什么、做了什么、有什么材料。主办单位据此答复。")


def own_tasks(actor: Actor, case: Case, *states: AssignmentState) -> Any:
    """The supporting tasks of the own units on this case in any of `states`."""
    return Assignment.objects.filter(
        case=case, role=AssignmentRole.SUPPORTING, state__in=states or OPEN_TASK, unit_id__in=actor.tree_unit_ids
    ).select_related("unit")


def _has_offer(actor: Actor, case: Case) -> bool:
    return bool(own_tasks(actor, case, AssignmentState.OFFERED).exists())


def _has_task(actor: Actor, case: Case) -> bool:
    return bool(own_tasks(actor, case).exists())


def _may_still_object(actor: Actor, case: Case) -> bool:
    return not Objection.objects.filter(case=case, unit=case.lead_unit_id).exists()


def _object(case: Case, given: dict[str, Any], act: Act) -> object:
    ground = reasons("objection")[given["ground"]].label
    suggested: Unit | None = given["unit"]
    return objecting.raise_objection(
        case,
        act,
        legal_basis=given["legal_basis"],
        reasons=f"{ground}。{given['reasons']}"[:500],
        suggested_unit=suggested,
    )


def _pause(case: Case, given: dict[str, Any], act: Act) -> object:
    waited = pausing.Waited(given["institution"], given["receiving_body"], given["receipt_number"])
    said = {name: given[name] for name in ("reason", "explanation", "expected_on")}
    return pausing.pause(case, act, **said, waited=waited)


VERBS = (
    Verb(
        "accept", Step.ACCEPT, "签收受理", "person-check",
        lambda case, given, act: accepting.accept(case, act),
        "已签收受理。", button="签收受理", intro="首次回应的期限从交办起算，答复的期限从首次签收起算。", keys="a",
        is_main=True,
    ),
    Verb(
        "sign_task", Step.FINISH_TASK, "签收协办任务", "person-check",
        lambda case, given, act: accepting.accept_support(given["task"], act),
        "已签收协办任务。", TaskForm, "签收协办任务", is_main=True, offers=_has_offer,
    ),
    Verb(
        "finish_task", Step.FINISH_TASK, "报告协办结果", "clipboard-check",
        lambda case, given, act: assigning.finish_task(given["task"], act, result=given["result"]),
        "已报告协办结果。", FinishForm, "报告结果", is_main=True, offers=_has_task,
    ),
    Verb(
        "keep", Step.KEEP_PROMISE, "报告承诺兑现", "flag-fill",
        lambda case, given, act: publishing.keep_promise(case, act, evidence=given["evidence"]),
        "已记录兑现情况，接下来请留言人评价。", EvidenceForm, "报告兑现", is_main=True,
    ),
    Verb(
        "object", Step.OBJECT, "提出异议", "exclamation-triangle", _object,
        "已提出异议，等待交办员裁定。", ObjectForm, "提出异议",
        "收到交办后1个工作日内可以提一次，要有职责依据。裁定之前，首问单位仍要负责。", offers=_may_still_object,
    ),
    Verb(
        "pause", Step.PAUSE, "暂停计时", "pause-circle",
        _pause,
        "已暂停计时。", PauseForm, "暂停计时", "内部请示、会议、系统故障都不能暂停计时。",
    ),
    Verb(
        "resume", Step.RESUME, "恢复计时", "clock-history",
        lambda case, given, act: pausing.resume(case, act), "已恢复计时。", button="恢复计时", is_main=True,
    ),
    Verb(
        "reopen", Step.REOPEN, "重新办理", "arrow-repeat",
        lambda case, given, act: reopening.reopen(case, act, reason=given["reason"]),
        "已要求重新办理。", ReopenForm, "要求重新办理",
    ),
    Verb(
        "finalize", Step.FINALIZE, "复核终结", "lock",
        lambda case, given, act: finalizing.finalize(case, act, **given),
        "已复核终结，同一事实和理由不再受理。", FinalizeForm, "复核终结",
        "信访复查、复核程序已经走完，才能终结（《信访工作条例》第三十六条）。终结以后不能重新办理。",
        ask="终结以后不能重新办理。确定复核终结？",
    ),
    Verb(
        "note", Step.NOTE, "内部备注", "pencil",
        lambda case, given, act: noting.note(case, given["text"], act), "备注已记下。", NoteForm, "记下备注", keys="b",
    ),
)  # fmt: skip
