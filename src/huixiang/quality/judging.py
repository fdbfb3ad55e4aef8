"""Puts published replies before the offline judgement, each with its message, its history and its calendar."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.utils.timezone import localtime

from huixiang import nlp
from huixiang.cases import gate_faults
from huixiang.cases.choices import SupplementState
from huixiang.cases.gate_faults import Fault, reefs_of
from huixiang.cases.models import CaseEvent, Reply, Supplement
from huixiang.nlp.dates import WorkingDays
from huixiang.nlp.parameters import BadParameters
from huixiang.nlp.reefs.judging import Draft, Judgement, Message, judge
from huixiang.nlp.reefs.kinds import Past
from huixiang.rules.lifecycle import Step
from huixiang.units.standards import in_force

from .models import Opinion

logger = logging.getLogger(__name__)
# What decides about an opinion: a change in any of these files makes another version of the judgement.
_RULES = ("*.py", "reefs/*.py", "replies/*.py")
_MODELS = ("replies", "demands", "commitments")


@lru_cache(maxsize=1)
def version() -> str:
    """The version of the judgement that runs here: a digest of its rules and parameters."""
    digest = sha256()
    for path in sorted(_files()):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def _files() -> Iterable[Path]:
    house = Path(str(nlp.__file__)).parent
    for pattern in _RULES:
        yield from house.glob(pattern)
    for model in _MODELS:
        yield from (house / "parameters").glob(f"{model}.*")
    yield Path(str(gate_faults.__file__))


@dataclass(frozen=True)
class Failure:
    """That one reply could not be judged, and why in short."""

    why: str


def opinions(replies: Sequence[Reply], *, at: datetime) -> dict[int, Opinion | Failure]:
    """Judge each reply (with its case loaded) and store what is new; one answer per id, stored opinions reused.

    Raises BadParameters where the judgement itself is not installed as it should be.
    """
    ids = [reply.pk for reply in replies]
    found: dict[int, Opinion | Failure] = dict(_stored(ids))
    missing = [reply for reply in replies if reply.pk not in found]
    if missing:
        past, asked, calendar = _histories(missing), _asked(missing), in_force().calendar
        fresh = {r.pk: _judged(r, asked[r.pk], past[r.pk], calendar, at) for r in missing}
        made = [opinion for opinion in fresh.values() if isinstance(opinion, Opinion)]
        # Whoever was faster has written the same: the constraint keeps one, and that one is read back.
        Opinion.objects.bulk_create(made, ignore_conflicts=True)
        found |= fresh | _stored([reply.pk for reply in missing])
    return found


def _stored(ids: Sequence[int]) -> dict[int, Opinion]:
    return {opinion.reply_id: opinion for opinion in Opinion.objects.filter(reply__in=ids, version=version())}


def _judged(
    reply: Reply, asked_at: datetime, past: Sequence[Past], calendar: WorkingDays, at: datetime
) -> Opinion | Failure:
    try:
        return opinion_of(reply, look_at(reply, asked_at, past, calendar), at)
    except BadParameters:
        # No fault of this reply: whoever asked stops, and goes on when the installation is whole again.
        raise
    except Exception as error:  # noqa: BLE001 - one odd text must not stop ten thousand others; it is shown by name
        logger.exception("reply %s could not be judged", reply.pk)
        return Failure(f"{type(error).__name__}: {error}"[:200])


def look_at(reply: Reply, asked_at: datetime, past: Sequence[Past], calendar: WorkingDays) -> Judgement:
    """Judge one published reply against its message as the public reads it; days are those of China."""
    case, said_at = reply.case, reply.published_at or reply.updated_at
    message = Message(case.title, case.body, localtime(asked_at))
    return judge(message, Draft(reply.body, localtime(said_at), reply.kind), history=past, calendar=calendar)


def opinion_of(reply: Reply, judged: Judgement, at: datetime) -> Opinion:
    """The judgement as a row, not yet saved: the reefs that can stand on this kind of reply, as the gate has them."""
    faults = list(reefs_of(judged, reply))
    graves = sum(fault.is_grave for fault in faults)
    return Opinion(
        reply=reply,
        version=version(),
        send_back=bool(graves) or any(remark.is_grave for remark in judged.remarks),
        graves_count=graves,
        warns_count=len(faults) - graves,
        weight=sum(fault.severity * (fault.probability or 0.0) for fault in faults),
        findings=[_told(fault) for fault in faults],
        remarks=[{"kind": r.kind.value, "span": r.span, "why": r.why} for r in judged.remarks],
        judged_at=at,
    )


def _told(fault: Fault) -> dict[str, Any]:
    kept = ("severity", "span", "absence", "why", "cure", "probability")
    plain = {name: getattr(fault, name) for name in kept}
    return {"code": fault.code.value, "root_cause": fault.root_cause.value, **plain}


def _asked(replies: Sequence[Reply]) -> dict[int, datetime]:
    """Since when the citizen waited for each reply: since the message, or since the last reopening before it."""
    again = CaseEvent.objects.filter(case__in={r.case_id for r in replies if r.round > 1}, step=Step.REOPEN)
    reopened = list(again.order_by("seq").values_list("case_id", "at"))
    found = {}
    for reply in replies:
        until = reply.published_at or reply.updated_at
        since = [at for case_id, at in reopened if case_id == reply.case_id and at < until]
        found[reply.pk] = since[-1] if since else reply.case.submitted_at
    return found


def _histories(replies: Sequence[Reply]) -> dict[int, list[Past]]:
    """What was said in each case before each reply: the unit's replies and the citizen's later words that are shown."""
    cases = {reply.case_id for reply in replies}
    said = list(Reply.objects.published().filter(case__in=cases))
    added = list(Supplement.objects.filter(case__in=cases, state=SupplementState.SHOWN).defer("sealed_body"))
    return {reply.pk: _past(reply, said, added) for reply in replies}


def _past(reply: Reply, said: Sequence[Reply], added: Sequence[Supplement]) -> list[Past]:
    until = reply.published_at or reply.updated_at
    own = [one for one in said if one.case_id == reply.case_id and one.pk != reply.pk]
    words = [(one.published_at or until, one.body, False) for one in own]
    words += [(one.at, one.body, True) for one in added if one.case_id == reply.case_id]
    before = sorted((word for word in words if word[0] < until), key=lambda word: word[0])
    return [Past(text, by_citizen, localtime(at).date()) for at, text, by_citizen in before]
