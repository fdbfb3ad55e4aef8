"""Importing: real question-and-answer pairs of former years become closed, historical, searchable cases.

The file is read line by line and never as a whole. A case is complete or not there at all: batches are transactions,
and a line that was imported before is recognised by its origin key. What the lines hold: docs/importing.md.
"""

import gzip
import hashlib
import json
import re
import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from io import BufferedReader
from itertools import islice
from pathlib import Path

from django.db import transaction

from huixiang.cases import ledger, search
from huixiang.cases.actions.submitting import ALPHABET, code_hash
from huixiang.cases.choices import MessageKind, ReplyKind, ReplyState, Resolution
from huixiang.cases.models import Case, CaseEvent, Column, EventDelivery, Reply, ReplyVersion
from huixiang.nlp import redaction, routing
from huixiang.nlp.cleaning import neutralise
from huixiang.rules.calendar import CHINA
from huixiang.rules.lifecycle import State, Step
from huixiang.units.models import Level, Region, Topic, Unit

from .handlers import index_text

BATCH = 200
MAX_LINE_BYTES = 512 * 1024
MAX_TITLE = 200
MAX_TEXT = 20_000
# A public title has at most this many characters; the whole one stays sealed.
PUBLIC_TITLE = 40
ARCHIVE_KEY = "import-archive"
ROLE = "历史资料导入"
NEEDED = ("id", "time", "title", "detail", "reply", "reply_time")
SAYS_DONE = re.compile(r"已(经)?(全部)?(解决|修复|修好|整改到位|整改完毕|处理完毕|办结|清理完毕|恢复|退还|发放到位)")
KIND_CUES = [
    (MessageKind.SUGGEST, re.compile(r"建议|希望能|能否增加|何不")),
    (MessageKind.THANKS, re.compile(r"感谢信|表扬|点赞")),
    (MessageKind.COMPLAINT, re.compile(r"投诉|乱收费|扰民|违规|违法|欺骗|强制|不作为|拖欠|霸王")),
    (MessageKind.CONSULT, re.compile(r"咨询|请问|想问|是否|能不能|怎么|如何|什么时候|何时")),
]


class NotReady(Exception):
    """Regions and columns are not loaded yet."""


class Unreadable(Exception):
    """The file ends in the middle or is not what its first bytes say."""


@dataclass(frozen=True)
class BadLine:
    """A line that cannot be imported, and why."""

    number: int
    reason: str


@dataclass(frozen=True)
class Pair:
    """One question with its answer, checked and neutralised."""

    key: str
    title: str
    detail: str
    reply: str
    asked_at: datetime
    answered_at: datetime

    @property
    def origin_key(self) -> str:
        """Under which the case is found again."""
        return f"import:{self.key}"


@dataclass
class Outcome:
    """What became of a file."""

    imported: int = 0
    already_there: int = 0
    bad: list[BadLine] = field(default_factory=list)


def check(path: Path, *, at: datetime) -> Outcome:
    """Reads the whole file without writing: how many pairs are new, how many known, and every bad line."""
    outcome = Outcome()
    for pairs in _batches(path, at, outcome.bad):
        known = _known(pairs)
        outcome.already_there += len(known)
        outcome.imported += len(pairs) - len(known)
    return outcome


def import_pairs(
    path: Path, *, at: datetime, region: Region | None = None, progress: Callable[[int], object] = lambda done: None
) -> Outcome:
    """Imports every good pair of the file that is not there yet; `progress` hears how many lines are done.

    Raises NotReady, or Unreadable with the batches before it kept.
    """
    archive, outcome = Archive.ready(region), Outcome()
    done = 0
    for pairs in _batches(path, at, outcome.bad):
        known = _known(pairs)
        archive.add([pair for pair in pairs if pair.origin_key not in known], at)
        outcome.already_there += len(known)
        outcome.imported += len(pairs) - len(known)
        done += len(pairs)
        progress(done)
    return outcome


def read(path: Path, *, at: datetime) -> Iterator[Pair | BadLine]:
    """Every line as a checked pair, or as a bad line with its number and the reason; raises Unreadable."""
    seen: dict[str, int] = {}
    with _open(path) as file:
        for number, raw in enumerate(_raw_lines(file), start=1):
            if raw is not None and not raw.strip():
                continue
            try:
                pair = _pair(raw, at)
            except ValueError as problem:
                yield BadLine(number, str(problem))
                continue
            if pair.key in seen:
                yield BadLine(number, f"id {pair.key!r} stands in line {seen[pair.key]} already")
                continue
            seen[pair.key] = number
            yield pair


def _open(path: Path) -> gzip.GzipFile | BufferedReader:
    with path.open("rb") as file:
        is_gzip = file.read(2) == b"\x1f\x8b"
    return gzip.open(path, "rb") if is_gzip else path.open("rb")


def _raw_lines(file: gzip.GzipFile | BufferedReader) -> Iterator[bytes | None]:
    """The lines of the file; None stands for one that is too long to be held."""
    try:
        while line := file.readline(MAX_LINE_BYTES + 1):
            if len(line) <= MAX_LINE_BYTES:
                yield line
                continue
            while line and not line.endswith(b"\n"):
                line = file.readline(MAX_LINE_BYTES)
            yield None
    except (EOFError, gzip.BadGzipFile, OSError) as problem:
        raise Unreadable(str(problem)) from problem


def _pair(raw: bytes | None, at: datetime) -> Pair:
    """The pair of a line; raises ValueError with the reason why it is none."""
    if raw is None:
        raise ValueError(f"the line is longer than {MAX_LINE_BYTES // 1024} KB")
    try:
        row = json.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as problem:
        raise ValueError("not UTF-8") from problem
    except (json.JSONDecodeError, RecursionError) as problem:
        raise ValueError(f"not JSON: {problem}") from problem
    if not isinstance(row, dict):
        raise ValueError("not a JSON object")
    values = {name: _text(row, name) for name in NEEDED}
    for name, limit in (("id", 80), ("title", MAX_TITLE), ("detail", MAX_TEXT), ("reply", MAX_TEXT)):
        if len(values[name]) > limit:
            raise ValueError(f"{name} is too long: {len(values[name])} characters, at most {limit}")
    asked, answered = _moment(values["time"], "time"), _moment(values["reply_time"], "reply_time")
    if answered < asked:
        raise ValueError("reply_time is before time")
    if answered > at:
        raise ValueError("reply_time is in the future")
    return Pair(values["id"], values["title"], values["detail"], values["reply"], asked, answered)


def _text(row: dict[str, object], name: str) -> str:
    if name not in row:
        raise ValueError(f"{name} is missing")
    value = row[name]
    if name == "id" and isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        raise ValueError(f"{name} is not text")
    value = neutralise(value)
    if not value:
        raise ValueError(f"{name} is empty")
    return value


def _moment(text: str, name: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as problem:
        raise ValueError(f"{name} {text[:40]!r} is no ISO time") from problem
    return moment if moment.tzinfo else moment.replace(tzinfo=CHINA)


def _batches(path: Path, at: datetime, bad: list[BadLine]) -> Iterator[list[Pair]]:
    """The good pairs in batches; bad lines are put on the list."""

    def good() -> Iterator[Pair]:
        for item in read(path, at=at):
            if isinstance(item, BadLine):
                bad.append(item)
            else:
                yield item

    pairs = good()
    while batch := list(islice(pairs, BATCH)):
        yield batch


def _known(pairs: Iterable[Pair]) -> set[str]:
    keys = [pair.origin_key for pair in pairs]
    return {str(key) for key in Case.objects.filter(origin_key__in=keys).values_list("origin_key", flat=True)}


@dataclass
class Places:
    """Finds the place a text speaks of by plain names, never by likeness; else the place all of it is about."""

    default: Region
    prefectures: list[Region]
    counties: list[Region]
    townships: dict[str, list[Region]]

    @classmethod
    def within(cls, default: Region) -> "Places":
        """The places inside `default`; names that stand for several counties are left out."""
        inside = list(Region.objects.filter(code__startswith=default.code).exclude(pk=default.pk))
        counties = [r for r in inside if r.level == Level.COUNTY]
        names = [r.name for r in counties]
        townships: dict[str, list[Region]] = {}
        for region in inside:
            if region.level == Level.TOWNSHIP and region.parent_id:
                townships.setdefault(region.parent_id, []).append(region)
        return cls(
            default=default,
            prefectures=[r for r in inside if r.level == Level.PREFECTURE],
            counties=[r for r in counties if names.count(r.name) == 1],
            townships=townships,
        )

    def of(self, text: str) -> Region:
        """The township, county or prefecture that alone of its kind is named in the text, the smallest that is."""
        counties = [r for r in self.counties if r.name in text]
        if self.default.level == Level.COUNTY:
            counties = [self.default]
        if len(counties) == 1:
            towns = [r for r in self.townships.get(counties[0].code, []) if r.name in text]
            return towns[0] if len(towns) == 1 else counties[0]
        prefectures = [r for r in self.prefectures if r.name in text]
        return prefectures[0] if len(prefectures) == 1 and not counties else self.default


@dataclass
class Archive:
    """Everything that historical cases share, read once."""

    column: Column
    unit: Unit
    places: Places
    topics: dict[str, list[str]]

    @classmethod
    def ready(cls, region: Region | None = None) -> "Archive":
        """Reads what is needed; raises NotReady where reference data is missing."""
        column = Column.objects.filter(code="voice").first()
        default = region or Region.objects.filter(level=Level.PROVINCE).first()
        if column is None or default is None:
            raise NotReady
        topics = dict(Topic.objects.exclude(parent=None).values_list("code", "words"))
        return cls(column, _archive_unit(default), Places.within(default), topics)

    @transaction.atomic
    def add(self, pairs: list[Pair], at: datetime) -> None:
        """Writes a batch: cases, answers, one ledger event each, and the search index, all or nothing."""
        cases = [self._case(pair, at) for pair in pairs]
        events = [_event(case, pair, at) for case, pair in zip(cases, pairs, strict=True)]
        for case, event in zip(cases, events, strict=True):
            case.event_count, case.ledger_head = event.seq, event.hash
        Case.objects.bulk_create(cases)
        CaseEvent.objects.bulk_create(events)
        # Other handlers of an import still run; the index is written here at once for the whole batch.
        EventDelivery.objects.bulk_create(
            EventDelivery(event=event, next_try_at=at, done=[index_text.__name__]) for event in events
        )
        replies = [self._reply(case, pair) for case, pair in zip(cases, pairs, strict=True)]
        Reply.objects.bulk_create(replies)
        ReplyVersion.objects.bulk_create(
            ReplyVersion(reply=reply, number=1, body=reply.body, by=None, at=reply.created_at) for reply in replies
        )
        search.index_many(
            (case.pk, [case.title, case.body, reply.body]) for case, reply in zip(cases, replies, strict=True)
        )
        ledger.show_many(cases)

    def _case(self, pair: Pair, at: datetime) -> Case:
        text = f"{pair.title}\n{pair.detail}"
        scores = routing.topic_scores(pair.detail, self.topics, title=pair.title)
        return Case(
            number=f"HX{pair.asked_at:%y%m%d}{''.join(secrets.choice(ALPHABET) for _ in range(6))}",
            column=self.column,
            kind=kind_of(text),
            region=self.places.of(text),
            topic_id=scores[0].code if scores else None,
            title=_cut(redaction.mask(pair.title)),
            body=redaction.mask(pair.detail),
            sealed_title=pair.title,
            sealed_body=pair.detail,
            # Nobody was given a query code: this hash fits none that could be typed.
            query_code_hash=code_hash(secrets.token_hex(32)),
            state=State.CLOSED,
            resolution=Resolution.UNCONFIRMED if SAYS_DONE.search(pair.reply) else Resolution.EXPLAINED,
            submitted_at=pair.asked_at,
            approved_at=at,
            first_reply_at=pair.answered_at,
            answered_at=pair.answered_at,
            closed_at=pair.answered_at,
            public_at=pair.asked_at,
            is_historical=True,
            origin_key=pair.origin_key,
        )

    def _reply(self, case: Case, pair: Pair) -> Reply:
        is_done = case.resolution == Resolution.UNCONFIRMED
        return Reply(
            case=case,
            unit=self.unit,
            kind=ReplyKind.FINAL,
            state=ReplyState.PUBLISHED,
            body=redaction.mask(pair.reply),
            claimed_resolution=Resolution.RESOLVED if is_done else Resolution.EXPLAINED,
            created_at=pair.answered_at,
            updated_at=pair.answered_at,
            published_at=pair.answered_at,
        )


def kind_of(text: str) -> MessageKind:
    """The kind that the words of a message suggest, a request for help if none; never a report, which is secret."""
    return next((kind for kind, cue in KIND_CUES if cue.search(text)), MessageKind.HELP)


def _cut(title: str) -> str:
    return title if len(title) <= PUBLIC_TITLE else title[: PUBLIC_TITLE - 1] + "…"


def _event(case: Case, pair: Pair, at: datetime) -> CaseEvent:
    """The first and only event: that it was imported, now, from what; the hash proves the texts as they came."""
    texts = json.dumps([pair.title, pair.detail, pair.reply], ensure_ascii=False)
    event = CaseEvent(
        case=case,
        seq=1,
        step=Step.IMPORT,
        from_state="",
        to_state=case.state,
        actor_role=ROLE,
        at=at,
        is_public=True,
        data={
            "origin": pair.key,
            "asked_at": pair.asked_at.isoformat(),
            "answered_at": pair.answered_at.isoformat(),
            "sha256": hashlib.sha256(texts.encode()).hexdigest(),
        },
        prev_hash="",
    )
    event.hash = ledger.digest(event, case.number)
    return event


def _archive_unit(region: Region) -> Unit:
    """The stand-in for units that the old material does not name; inactive, so that nobody can assign to it."""
    unit, is_new = Unit.objects.get_or_create(
        key=ARCHIVE_KEY,
        defaults={
            "name": "原答复单位（历史资料未注明）",
            "short_name": "原答复单位",
            "kind": "archive",
            "region": Region.objects.get(pk=region.code[:2]),
            "about": "导入的历史留言没有注明由哪个单位答复。",
            "is_active": False,
        },
    )
    if is_new:
        unit.path = f"/{unit.pk}/"
        unit.save(update_fields=["path"])
    return unit
