"""Walks one row of the demo messages through the real actions, each step by the person whose step it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from django.db import transaction

from huixiang.accounts.roles import Role
from huixiang.cases.actions import (
    accepting,
    assigning,
    claiming,
    learning,
    merging,
    objecting,
    pausing,
    publishing,
    replying,
    submitting,
    supplementing,
    withdrawing,
)
from huixiang.cases.actions.replying import Details
from huixiang.cases.choices import AssignmentRole, AssignmentState, Lane, PauseReason
from huixiang.cases.gate_guards import Lessons, needs_lessons
from huixiang.cases.models import Case, Reply
from huixiang.cases.refusals import Refused
from huixiang.followup.actions import rating, reopening
from huixiang.followup.models import SCORES
from huixiang.moderation.actions import reviewing
from huixiang.rules.calendar import CHINA
from huixiang.rules.lifecycle import IllegalTransition
from huixiang.supervision import watching
from huixiang.units.models import Region

from .seeding_cast import Cast, author_of
from .seeding_times import Item, Times, expected_day, times_of
from .seeding_town import Town
from .seeding_words import draft_text, extension_text, reason_for, return_note

HANDLERS = (Role.HANDLER, Role.LAWYER, Role.UNIT_HEAD)
BEFORE_A_UNIT = {
    "submitted",
    "moderating",
    "need_supplement",
    "rejected",
    "diverted",
    "merged",
    "to_assign",
    "withdrawn",
}

# What the final replies that still wait on a desk rest on.
LESSONS = Lessons(
    cause="管理单位没有按制度检查，群众反映以后也没有及时处理，有现场记录和照片。",
    responsible_person="管理单位当班负责人，已约谈并限期整改。",
    remedy="已按答复的内容办理，承办科室到现场验收。",
    lesson="列入每季度的检查清单，同类问题一并排查。",
)
# What a pause of each reason names besides its day.
_WAITED_FOR = {
    PauseReason.EXPERTISE: {"institution": "具有相应资质的检测鉴定机构"},
    PauseReason.HANDED_OVER: {"receiving_body": "县公安局", "receipt_number": "公受字〔2026〕117号"},
}
# Where an unfinished reply lies, in the order of its way.
DESKS = ("draft", "unit_review", "quality")


class BadSeed(Exception):
    """A row of the demo messages breaks a rule of the product: its key and the reason."""


def walk(town: Town, row: Mapping[str, Any], now: datetime, known: Mapping[str, Case]) -> Case:
    """Records the row's whole story and gives its case in the state the row asks for; raises BadSeed."""
    rng = Random(row["key"])  # noqa: S311 - repeatable, not secret
    try:
        with transaction.atomic():
            case = Walk(town, row, times_of(row, now, rng), now, rng, known).go()
    except (Refused, IllegalTransition, LookupError, ValueError) as error:
        reason = getattr(error, "message", "") or repr(error)
        raise BadSeed(f"{row['key']}: {reason}") from error
    if case.state != row["target_state"]:
        raise BadSeed(f"{row['key']}: ended as {case.state}, not as {row['target_state']}")
    return case


@dataclass
class Walk:
    """One message on its way; the methods are its stations."""

    town: Town
    row: Mapping[str, Any]
    times: Times
    now: datetime
    rng: Random
    known: Mapping[str, Case]

    def go(self) -> Case:
        """From the door to the state the row asks for."""
        self.region: Region = self.town.region(self.row["region"])
        author = author_of(self.town, self.row, self.rng)
        self.cast = Cast(self.town, self.row, self.region, author, self.times.submitted)
        self.target: str = self.row["target_state"]
        self.submit()
        if self.target in BEFORE_A_UNIT:
            self.end_before_a_unit()
            return self.case
        self.review()
        self.hand_over()
        if self.target == "objected":
            self.object()
        elif self.target != "assigned":
            self.accept()
            for item in self.times.agenda:
                self.take_turn(item)
            self.leave_as_it_is_now()
        self.case.refresh_from_db()
        return self.case

    def submit(self) -> None:
        """The citizen's part."""
        row = self.row
        phone = self.cast.author.phone if self.cast.author else ""
        message = submitting.Message(
            column=self.town.columns[row["column"]],
            kind=row["kind"],
            region=self.region,
            title=row["title"],
            body=row["body"],
            visibility=row["visibility"],
            office_holder=self.town.holder(row.get("office_holder"), self.region)
            if row["column"] == "leader"
            else None,
            contact_name=row.get("contact_name", ""),
            contact_phone=phone,
            business_name=row.get("business_name", ""),
            amount_yuan=Decimal(row["amount_yuan"]) if row.get("amount_yuan") else None,
        )
        act = self.cast.citizen(self.times.submitted)
        self.case = submitting.submit(message, act, form_token=f"seed:{row['key']}").case

    def end_before_a_unit(self) -> None:
        """Everything that ends, or still waits, without a unit."""
        if self.target == "submitted":
            return
        if self.target == "withdrawn" and self.rng.random() < 0.5:  # noqa: PLR2004 - half withdraw before the review
            self.withdraw()
            return
        if self.target in {"to_assign", "merged", "withdrawn"}:
            self.review()
            if self.target == "merged":
                into = self.known[self.row["merged_into"]]
                self.case = merging.merge(self.case, into, self.cast.coordinator(self.times.assigned))
            elif self.target == "withdrawn":
                self.withdraw()
            return
        act = self.cast.moderator(self.times.taken)
        self.case = reviewing.take(self.case, act)
        act = self.cast.moderator(self.times.approved)
        if self.target == "need_supplement":
            self.case = reviewing.ask_supplement(self.case, act, question=self.row["question"])
        elif self.target != "moderating":
            self.case = reviewing.decline(self.case, act, code=self.row["reason_code"], note=self.row.get("note") or "")

    def withdraw(self) -> None:
        """The citizen takes it back."""
        act = self.cast.citizen(self.times.assigned)
        self.case = withdrawing.withdraw(self.case, act, reason=self.row["reason"])

    def review(self) -> None:
        """A moderator reads, masks and approves."""
        self.case = reviewing.take(self.case, self.cast.moderator(self.times.taken))
        self.case = reviewing.approve(
            self.case,
            self.cast.moderator(self.times.approved),
            title=self.case.title,
            body=self.case.body,
            urgency=self.row["urgency"],
            topic=self.town.topic(self.row["topic"], self.row["title"], self.row["body"]),
            accused=[self.town.units[key] for key in self.row.get("accused", [])],
        )

    def hand_over(self) -> None:
        """A coordinator assigns it, or a unit of the place claims it; some first go to the wrong unit."""
        lead, helpers = self.cast.lead_unit(), self.cast.helpers()
        may_claim = self.row["kind"] != "report" and not helpers and self.target not in {"assigned", "objected"}
        self.is_claimed = may_claim and self.rng.random() < 0.3  # noqa: PLR2004 - claiming is the smaller part
        if self.is_claimed:
            self.case = claiming.claim(self.case, lead, self.cast.by_unit(lead, self.times.assigned, *HANDLERS))
            return
        detour = self.cast.detour(lead, self.rng) if may_claim else None
        if detour is None:
            self.case = assigning.assign(
                self.case, lead, self.cast.coordinator(self.times.assigned), supporting=helpers
            )
            return
        gap = self.times.accepted - self.times.assigned
        self.case = assigning.assign(self.case, detour, self.cast.coordinator(self.times.assigned))
        if self.rng.random() < 0.5:  # noqa: PLR2004 - half are moved on, half are objected to
            reason = f"经核对权责清单，此事由{lead.name}主管，转其主办。"
            self.case = assigning.transfer(
                self.case, lead, self.cast.coordinator(self.times.assigned + gap / 2), reason=reason
            )
            return
        objection = objecting.raise_objection(
            self.case,
            self.cast.by_unit(detour, self.times.assigned + gap / 4, Role.UNIT_HEAD),
            legal_basis="本单位职能配置、内设机构和人员编制规定",
            reasons=f"此事的主管职责在{lead.name}，我单位没有相应的执法和管理职权。",
            suggested_unit=lead,
        )
        act = self.cast.coordinator(self.times.assigned + gap / 2)
        self.case = objecting.decide(objection, act, is_upheld=True, decision=f"职责依据成立，改由{lead.name}主办。")
        self.case = assigning.assign(self.case, lead, self.cast.coordinator(self.times.assigned + gap * 0.6))

    def object(self) -> None:
        """The unit's head objects."""
        said = self.row["objection"]
        suggested = self.town.unit(said["suggested"], self.region) if said.get("suggested") else None
        at = self.times.accepted
        act = self.cast.by_unit(self.cast.lead_unit(), at, Role.UNIT_HEAD)
        objecting.raise_objection(
            self.case, act, legal_basis=said["basis"], reasons=said["reasons"], suggested_unit=suggested
        )

    def accept(self) -> None:
        """The units sign for their tasks."""
        lead, at = self.cast.lead_unit(), self.times.accepted
        if not self.is_claimed:
            self.case = accepting.accept(self.case, self.cast.by_unit(lead, at, *HANDLERS))
        for task in self.case.assignments.filter(role=AssignmentRole.SUPPORTING).select_related("unit"):
            accepting.accept_support(task, self.cast.by_unit(task.unit, at + timedelta(minutes=5), *HANDLERS))
        if self.row.get("lane") == Lane.SIMPLE:
            act = self.cast.coordinator(at + timedelta(minutes=6))
            self.case = assigning.set_lane(self.case, Lane.SIMPLE, act, reason="知识库有现成的标准答复")

    def take_turn(self, item: Item) -> None:
        """One item of the agenda."""
        {
            "reply": self.reply,
            "supplement": self.supplement,
            "rate": self.rate,
            "silence": self.stay_silent,
            "reopen": self.reopen,
            "keep": self.keep_promise,
        }[item.what](item)

    def reply(self, item: Item) -> None:
        """Drafted, sometimes returned, reviewed, inspected and published by three people."""
        kind = item.data["kind"]
        if kind == "final":
            self.finish_support(item.at)
        reply = self._draft(item)
        if self.row.get("lane") == Lane.SIMPLE:
            self.reply_simply(reply, item.at)
            return
        at, gap = reply.updated_at, item.at - reply.updated_at
        reply = replying.send_to_review(reply, self.cast.by_unit(reply.unit, at + gap * 0.2, *HANDLERS))
        if kind == "final" and self.rng.random() < 0.08:  # noqa: PLR2004 - few are returned, as in any good office
            by_reviewer = self.cast.by_unit(reply.unit, at + gap * 0.4, Role.UNIT_REVIEWER)
            reply = replying.return_reply(reply, by_reviewer, note=return_note(self.rng))
            reply = replying.send_to_review(reply, self.cast.by_unit(reply.unit, at + gap * 0.6, *HANDLERS))
        reply = replying.pass_review(reply, self.cast.by_unit(reply.unit, at + gap * 0.8, Role.UNIT_REVIEWER))
        # Names of clerks and office numbers are meant to be read; an inspector says so each time.
        # The town's story is older than the gate: what it finds is kept, and some of these replies are poor on purpose.
        act = self.cast.inspector(item.at)
        self.case = publishing.publish(reply, act, accept_personal_data=True, is_history=True)

    def reply_simply(self, reply: Reply, at: datetime) -> None:
        """In the simple lane one other person of the unit reads it and lets it out."""
        half = reply.updated_at + (at - reply.updated_at) / 2
        reply = replying.send_to_review(reply, self.cast.by_unit(reply.unit, half, *HANDLERS))
        self.case = publishing.publish_simple(reply, self.cast.by_unit(reply.unit, at, Role.UNIT_REVIEWER))

    def supplement(self, item: Item) -> None:
        """The citizen adds something; a moderator shows it unless it is too fresh."""
        added = supplementing.supplement(self.case, item.data["text"], self.cast.citizen(item.at))
        shown_at = item.at + timedelta(minutes=self.rng.randrange(8, 18))
        if shown_at < self.now:
            supplementing.show(added, self.cast.moderator(shown_at), body=added.body)

    def rate(self, item: Item) -> None:
        """The citizen's stars and what they say came of it."""
        scores = {name: item.data[name] for name in SCORES}
        outcome = self.row["resolution"]
        if outcome not in rating.CONFIRMABLE:
            # "Refused" and "forwarded" are the unit's words; the citizen says whether that explains it.
            outcome = "explained" if scores["unit_result"] > 2 else "unresolved"  # noqa: PLR2004
        rating.rate(
            self.case,
            self.cast.citizen(item.at),
            outcome=outcome,
            scores=scores,
            reason=reason_for(scores, item.data.get("reason", "")),
            comment=item.data.get("comment") or _free_text(item.data.get("reason", "")),
        )

    def stay_silent(self, item: Item) -> None:
        """Nothing is heard, and the watch loop closes the case as it would have then."""
        watching.sweep(at=item.at)
        self.cast.last_at = item.at

    def reopen(self, item: Item) -> None:
        """The citizen wants it handled again."""
        said = self.row.get("rating") or {}
        told = [s["text"] for s in self.row.get("supplements", [])]
        reason = (
            self.row.get("reason") or said.get("comment") or _free_text(said.get("reason", "")) or "".join(told[-1:])
        )
        act = self.cast.citizen(item.at)
        self.case = reopening.reopen(self.case, act, reason=reason or "问题还在，请再到现场看一看，把没办完的办完。")

    def keep_promise(self, item: Item) -> None:
        """The unit's head records that the promise was kept."""
        act = self.cast.by_unit(self.cast.lead_unit(), item.at, Role.UNIT_HEAD)
        self.case = publishing.keep_promise(self.case, act, evidence=item.data["evidence"])

    def finish_support(self, at: datetime) -> None:
        """Supporting units report before the lead answers."""
        tasks = self.case.assignments.filter(role=AssignmentRole.SUPPORTING, state=AssignmentState.ACCEPTED)
        for task in tasks.select_related("unit"):
            act = self.cast.by_unit(task.unit, self._moment_before(at, 0.3), *HANDLERS)
            assigning.finish_task(task, act, result="已按分工到现场核实，情况和材料已交主办单位。")

    def leave_as_it_is_now(self) -> None:
        """Pauses, and replies that are still on somebody's desk."""
        last = self.cast.last_at
        if self.target == "paused":
            act = self.cast.coordinator(last + min(timedelta(minutes=40), (self.now - last) / 2))
            paused = self.row["pause"]
            said = {name: paused[name] for name in ("reason", "explanation")}
            waited = pausing.Waited(**_WAITED_FOR.get(paused["reason"], {}))
            self.case = pausing.pause(
                self.case, act, **said, expected_on=expected_day(paused, act.at, self.rng), waited=waited
            )
        elif self.row.get("desk"):
            self._leave_on_a_desk(self.row["desk"], last)
        elif self.target == "handling" and self.rng.random() < 0.6:  # noqa: PLR2004 - the rest have nothing under way
            kind = "progress" if self.case.first_reply_at else "initial"
            text = draft_text(self.case.title, self.now, self.rng)
            self._leave_on_a_desk({"kind": kind, "text": text, "stage": self.rng.choice(DESKS)}, last)

    def _leave_on_a_desk(self, unfinished: Mapping[str, Any], last: datetime) -> None:
        """A reply that waits for its writer, its reviewer or the inspectors."""
        at = max(last + (self.now - last) / 2, self.now - timedelta(hours=self.rng.randrange(2, 20)))
        reply = self._draft(Item(at, "reply", unfinished))
        if needs_lessons(self.case, reply.kind):
            learning.write_down(reply, LESSONS, self.cast.by_unit(reply.unit, reply.updated_at, *HANDLERS))
        left = (self.now - reply.updated_at) / 4
        if unfinished["stage"] in DESKS[1:]:
            reply = replying.send_to_review(reply, self.cast.by_unit(reply.unit, reply.updated_at + left, *HANDLERS))
        if unfinished["stage"] == DESKS[2]:
            replying.pass_review(reply, self.cast.by_unit(reply.unit, reply.updated_at + left, Role.UNIT_REVIEWER))

    def _draft(self, item: Item) -> Reply:
        lead = self.cast.lead_unit()
        act = self.cast.by_unit(lead, self._moment_before(item.at, 0.5), *HANDLERS)
        text = item.data.get("text") or extension_text(item.data["extended_to"], self.rng)
        corrects = None
        if item.data["kind"] == "correction":
            corrects = Reply.objects.published().filter(case=self.case).last()
        reply = replying.draft(self.case, lead, item.data["kind"], act, corrects=corrects)
        details = self._details(item)
        return replying.save(reply, act, body=text, details=details, seen_version=reply.version)

    def _details(self, item: Item) -> Details:
        kind, today = item.data["kind"], item.at.astimezone(CHINA).date()
        if kind in {"initial", "progress"}:
            return Details(next_report_on=self._next_word_on(item, today))
        if kind == "extension":
            return Details(extended_to=item.data["extended_to"], public_reason="情况复杂，需要进一步调查")
        if kind == "transfer":
            moved = self.row["transfer"]
            return Details(transfer_to=moved["to"], receipt_number=moved["receipt"])
        if kind != "final":
            return Details()
        claimed = self.row.get("resolution") or "explained"
        claimed = "explained" if claimed == "unresolved" else claimed
        promise = self.row.get("promise")
        return Details(
            claimed_resolution=claimed,
            public_reason=self.row.get("public_reason", ""),
            promise=promise["text"] if promise else "",
            promise_due_on=today + timedelta(days=promise["days"]) if promise else None,
        )

    def _next_word_on(self, item: Item, today: date) -> date:
        later = [i.at for i in self.times.agenda if i.what == "reply" and i.at > item.at]
        return min(later).astimezone(CHINA).date() if later else today + timedelta(days=self.rng.randrange(3, 8))

    def _moment_before(self, at: datetime, share: float) -> datetime:
        last = self.cast.last_at
        return max(last + (at - last) * share, at - timedelta(hours=2))


def _free_text(reason: str) -> str:
    # Rows give either a code or the citizen's words.
    return "" if reason.isascii() else reason
