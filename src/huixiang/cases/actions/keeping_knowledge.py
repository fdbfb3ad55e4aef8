"""Keeping knowledge: standard answers are written, approved by another person, retired, and put into a draft."""

from dataclasses import dataclass, fields
from datetime import date, timedelta

from django.db import transaction

from huixiang.accounts.models import User
from huixiang.units.models import Region, Topic, Unit

from ..choices import Lane
from ..gate_querysets import today
from ..knowledge_choices import KnowledgeState
from ..ledger import Act
from ..models import KnowledgeEntry, Reply
from ..refusals import Refused
from . import replying
from .replying import Details

LONGEST_VALID = timedelta(days=2 * 365)
"""After so long somebody reads the answer and its basis again."""

NOT_IN_FORCE = "这条标准答复已停用、已到期或不适用于这个地区，请换一条或自己写。"
_CHANGED = "同事刚改过这一条，请看过最新内容再操作。"


@dataclass(frozen=True)
class Words:
    """What an entry says, about what, where and how long."""

    question: str
    answer: str
    basis: str
    region: Region
    valid_until: date
    topic: Topic | None = None


def write(words: Words, unit: Unit, act: Act) -> KnowledgeEntry:
    """A new entry of `unit`, which nobody can answer with before another person has approved it."""
    _check(words, unit, act)
    return KnowledgeEntry.objects.create(
        unit=unit, written_by=_person(act), created_at=act.at, updated_at=act.at, **_as_fields(words)
    )


def change(entry: KnowledgeEntry, words: Words, act: Act, *, seen_version: int) -> KnowledgeEntry:
    """New words for an entry; it has to be approved again, and whoever changed it is its writer."""
    _check(words, entry.unit, act)
    return _move(
        entry, list(KnowledgeState), seen_version, state=KnowledgeState.DRAFT, version=seen_version + 1,
        written_by=_person(act), approved_by=None, approved_at=None, updated_at=act.at, **_as_fields(words),
    )  # fmt: skip


def approve(entry: KnowledgeEntry, act: Act, *, seen_version: int) -> KnowledgeEntry:
    """Another person than the writer lets the text that they have read be answered with."""
    if _person(act).pk == entry.written_by_id:
        raise Refused("撰写人不能审核自己写的标准答复，请由另一位审核人或负责人审核。")
    if entry.valid_until < today(act.at):
        raise Refused("有效期已经过了，请先修改有效期再审核。")
    return _move(
        entry, [KnowledgeState.DRAFT], seen_version, state=KnowledgeState.APPROVED, approved_by=_person(act),
        approved_at=act.at, updated_at=act.at,
    )  # fmt: skip


def retire(entry: KnowledgeEntry, act: Act, *, seen_version: int) -> KnowledgeEntry:
    """Nobody answers with this entry from now on, until it is changed and approved again."""
    standing = [KnowledgeState.DRAFT, KnowledgeState.APPROVED]
    return _move(entry, standing, seen_version, state=KnowledgeState.RETIRED, updated_at=act.at)


@transaction.atomic
def fill(reply: Reply, entry: KnowledgeEntry, act: Act, *, seen_version: int, replaces: bool = False) -> Reply:
    """Puts a standard answer with its basis into a draft of the simple lane; `replaces` other words that stand there.

    What stood there stays among the versions. Raises Refused, and ChangedMeanwhile if `seen_version` is not the newest.
    """
    reply = Reply.objects.select_for_update(of=("self",)).select_related("case").get(pk=reply.pk)
    if reply.case.lane != Lane.SIMPLE:
        raise Refused("只有简易通道的留言可以直接用知识库的标准答复。")
    if not KnowledgeEntry.objects.in_force(today(act.at), reply.case.region_id).filter(pk=entry.pk).exists():
        raise Refused(NOT_IN_FORCE)
    if reply.body.strip() not in {"", entry.as_reply} and not replaces:
        raise Refused("草稿里已有文字。要用标准答复替换，请先勾选“替换草稿里已有的文字”。", field="replaces")
    details = Details(**{f.name: getattr(reply, f.name) for f in fields(Details)})
    return replying.save(
        reply, act, body=entry.as_reply, details=details, seen_version=seen_version, keeps_old=bool(reply.body.strip())
    )


def _person(act: Act) -> User:
    if act.by is None:
        raise Refused("知识库要由工作人员维护。")
    return act.by


def _check(words: Words, unit: Unit, act: Act) -> None:
    begun = today(act.at)
    if words.valid_until < begun:
        raise Refused("有效期不能早于今天。", field="valid_until")
    if words.valid_until > begun + LONGEST_VALID:
        raise Refused("有效期最长两年，到期前请重新核对依据。", field="valid_until")
    if not words.region.code.startswith(unit.region_id):
        raise Refused("只能写本单位所在地区和下级地区的标准答复。", field="region")


def _as_fields(words: Words) -> dict[str, object]:
    return {f.name: getattr(words, f.name) for f in fields(words)}


def _move(entry: KnowledgeEntry, states: list[KnowledgeState], seen_version: int, **changes: object) -> KnowledgeEntry:
    """Writes only where the entry still is what the person has read; raises Refused."""
    still = KnowledgeEntry.objects.filter(pk=entry.pk, state__in=states, version=seen_version)
    if still.update(**changes) != 1:
        raise Refused(_CHANGED)
    entry.refresh_from_db()
    return entry
