"""Judges one reply against its message, its history and other replies, for the gate, the editor and the filter."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, TypedDict

from huixiang.nlp.commitments import Commitment, find_commitments
from huixiang.nlp.dates import WorkingDays
from huixiang.nlp.demands import find_demands
from huixiang.nlp.reefs import REEFS
from huixiang.nlp.reefs.deciding import OUTCOMES, Verdict, decide, elements, possible
from huixiang.nlp.reefs.first_reply import first_reply_faults
from huixiang.nlp.reefs.kinds import Finding, OtherReply, Past, Reads, Scene, Severity
from huixiang.nlp.reefs.weighing import answer_rows, texts_of, texts_of_answer, weigh
from huixiang.nlp.reefs.wording import in_words
from huixiang.nlp.replies.binding import ASKS, Bound, bind
from huixiang.nlp.replies.claims import Claim, Rebuttal, claims, rebuttals
from huixiang.nlp.replies.contradictions import Contradiction, contradictions
from huixiang.nlp.replies.heads import ReplyModels, answered, shipped
from huixiang.nlp.replies.likeness import Copy, near, near_copies
from huixiang.nlp.replies.reading import LONGEST, Reading
from huixiang.nlp.replies.remarks import Remark, remarks
from huixiang.nlp.replies.slots import filled
from huixiang.nlp.replies.units import answering_unit

REPEATED: Final = 0.8
"""Likeness from which a reply repeats the unit's own earlier one."""

INITIAL: Final = "initial"


@dataclass(frozen=True, slots=True)
class Message:
    """What the citizen wrote, and when."""

    title: str = ""
    detail: str = ""
    at: datetime | date | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """The reply to be judged, when it is given, and its kind (`initial` binds it to say no more than is known)."""

    text: str
    at: datetime | date | None = None
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class DemandAnswer:
    """A demand of the message, what kind of answer it asks for, and the part of the reply that speaks to it."""

    span: str
    kind: str
    asks: tuple[str, ...]
    answered: str
    part: str
    probability: float


@dataclass(frozen=True)
class Judgement:
    """All that is found about one reply; `narrowed` names in words what could not be judged and why."""

    send_back: bool
    findings: Sequence[Finding]
    demands: Sequence[DemandAnswer]
    elements: Mapping[str, bool]
    outcome: str
    forward_only: bool
    unit: str | None
    commitments: Sequence[Commitment]
    remarks: Sequence[Remark]
    slots: Mapping[str, Sequence[str]]
    claims: Sequence[Claim]
    rebuttals: Sequence[Rebuttal] = ()
    contradictions: Mapping[str, Sequence[Contradiction]] = field(default_factory=dict)
    copies: Sequence[Copy] = ()
    repeats_own: bool = False
    narrowed: Sequence[str] = ()
    chances: Mapping[str, float] = field(default_factory=dict)


def judge(
    message: Message | None,
    reply: Draft | str,
    *,
    history: Sequence[Past] = (),
    others: Sequence[OtherReply] = (),
    calendar: WorkingDays | None = None,
    models: ReplyModels | None = None,
) -> Judgement:
    """Judge `reply` to `message`; never raises for any text. Spans are exact parts of the reply or the message."""
    models = models or shipped()
    asked, draft = message or Message(), reply if isinstance(reply, Draft) else Draft(reply)
    reading = Reading.of(asked.title, asked.detail, draft.text, asked.at, draft.at, calendar=calendar)
    told = find_demands(reading.title, reading.detail)
    bounds = bind(reading, [(demand.span, demand.kind.value) for demand in told], models.rarity)
    whole = weigh(reading, bounds, models.rarity)
    texts = texts_of(reading)
    rows = answer_rows(reading, bounds, whole, models.rarity)
    answers = answered(models, rows, [texts_of_answer(bound) for bound in bounds], texts)
    scene = Scene(reading, bounds, answers, history, others)
    chances = models.reply.probabilities(whole, texts)
    promised = find_commitments(reading.reply, reading.written, calendar)
    faults = remarks(reading)
    verdict = _verdict(scene, chances, models)
    findings = _findings(scene, verdict, whole, chances, models)
    if draft.kind == INITIAL:
        findings = _joined(findings, first_reply_faults(scene, promised))
    grave = any(f.severity is Severity.SEND_BACK for f in findings) or any(fault.is_grave for fault in faults)
    return Judgement(
        send_back=grave,
        findings=findings,
        demands=_demands(bounds, answers),
        elements=elements(chances, models.reply.thresholds, reading),
        outcome=max(OUTCOMES, key=lambda name: chances[f"outcome.{name}"]),
        forward_only=_yes("forward_only", chances, models),
        unit=answering_unit(reading.reply),
        commitments=promised,
        remarks=faults,
        slots=filled(reading.said),
        claims=claims(reading.reply),
        chances=chances,
        narrowed=_narrowed(asked, draft),
        **_across(scene),
    )


def _verdict(scene: Scene, chances: Mapping[str, float], models: ReplyModels) -> Verdict:
    proofs = {code: reef.proof(scene) for code, reef in REEFS.items()}
    if not scene.reading.said and not scene.reading.content:
        proofs["cold_cliche"] = Severity.SEND_BACK
    verdict = decide(chances, models.reply.thresholds, proofs, possible(scene.reading))
    if (scene.reading.title + scene.reading.detail).strip():
        return verdict
    kept = {code: s for code, s in verdict.reefs.items() if REEFS[code].reads != {Reads.MESSAGE, Reads.OTHERS}}
    return Verdict(kept, Severity.SEND_BACK in kept.values())


def _findings(
    scene: Scene,
    verdict: Verdict,
    evidence: Mapping[str, float],
    chances: Mapping[str, float],
    models: ReplyModels,
) -> list[Finding]:
    found = []
    for code, severity in verdict.reefs.items():
        reef = REEFS[code]
        span = reef.place(scene)
        question = f"{'grave' if severity is Severity.SEND_BACK else 'any'}.{code}"
        found.append(
            Finding(
                code=code,
                severity=severity,
                span=span,
                absence="" if span else reef.absence,
                why=reef.why(scene, span),
                cure=reef.cure,
                root_cause=reef.root_cause,
                probability=round(chances[question], 3),
                evidence=tuple(in_words(models.reply.reasons(evidence, question))),
            )
        )
    return found


def _joined(findings: Sequence[Finding], more: Sequence[Finding]) -> list[Finding]:
    """Return both, one finding per reef, the graver kept."""
    best: dict[str, Finding] = {}
    for finding in [*more, *findings]:
        if finding.code not in best or finding.severity > best[finding.code].severity:
            best[finding.code] = finding
    return sorted(best.values(), key=lambda finding: -finding.severity)


def _demands(bounds: Sequence[Bound], answers: Sequence[Mapping[str, float]]) -> list[DemandAnswer]:
    found = []
    for bound, shares in zip(bounds, answers, strict=True):
        said = max(shares, key=lambda name: shares[name])
        asks = tuple(name for name, pattern in ASKS.items() if pattern.search(bound.demand))
        part = bound.part.text if bound.part and said != "none" else ""
        found.append(DemandAnswer(bound.demand, bound.kind, asks, said, part, round(shares[said], 3)))
    return found


def _yes(question: str, chances: Mapping[str, float], models: ReplyModels) -> bool:
    return chances[question] >= models.reply.thresholds[question]


class _Across(TypedDict):
    """What is found across replies, under the names of `Judgement`."""

    rebuttals: Sequence[Rebuttal]
    contradictions: Mapping[str, Sequence[Contradiction]]
    copies: Sequence[Copy]
    repeats_own: bool


def _across(scene: Scene) -> _Across:
    text = scene.reading.reply
    own = [past.text for past in scene.history if not past.by_citizen]
    against = {o.id: contradictions(text, o.text) for o in scene.others if o.same_matter}
    return {
        "rebuttals": rebuttals(text, [past.text for past in scene.history if past.by_citizen]),
        "contradictions": {key: found for key, found in against.items() if found},
        "copies": near_copies(text, [(o.id, o.text) for o in scene.others if not o.same_matter]),
        "repeats_own": any(near(text, earlier) >= REPEATED for earlier in own),
    }


def _narrowed(asked: Message, draft: Draft) -> list[str]:
    notes = []
    if not (asked.title + asked.detail).strip():
        notes.append("没有留言内容：诉求是否得到回应、是否答非所问没有判断。")
    if asked.at is None or draft.at is None:
        notes.append("没有留言或答复的时间：是否拖延没有判断。")
    if draft.at is None:
        notes.append("没有答复时间：只有写明年份的承诺才有到期日。")
    if len(draft.text) > LONGEST or len(asked.detail) > LONGEST:
        notes.append(f"文字过长：只判断了前{LONGEST}个字。")
    return notes
