"""Submitting: a message comes in at the door and becomes a case with its first ledger event."""

import base64
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction

from huixiang.accounts.encryption import keyed_hash
from huixiang.nlp import redaction
from huixiang.rules.clocks import ClockKind
from huixiang.rules.lifecycle import State, Step
from huixiang.units.models import OfficeHolder, Region

from ..choices import MessageKind, Visibility
from ..deadlines import due
from ..ledger import Act, open_with
from ..models import Attachment, Case, Column
from ..refusals import Refused

# No 0/O, 1/I/L: people read numbers out over the phone.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
CITIZEN = "留言人"


@dataclass(frozen=True)
class Message:
    """What a citizen hands in; texts are already neutralised and within their limits."""

    column: Column
    kind: str
    region: Region
    title: str
    body: str
    visibility: str = Visibility.PUBLIC
    office_holder: OfficeHolder | None = None
    contact_name: str = ""
    contact_phone: str = ""
    business_name: str = ""
    amount_yuan: Decimal | None = None


@dataclass(frozen=True)
class Submitted:
    """The case and the code with which its author finds it again; the code is stored nowhere."""

    case: Case
    query_code: str
    is_repeat: bool = False


def submit(message: Message, act: Act, *, form_token: str, files: Sequence[Attachment] = ()) -> Submitted:
    """Records the message once per form: the same form sent twice gives the first one's case again."""
    if message.kind not in message.column.kinds:
        raise Refused(f"《{message.column.name}》栏目不收这一类留言，请换一个类型。", field="kind")
    code = query_code(form_token)
    origin = "form:" + keyed_hash("form", form_token)
    case = _case_of(message, act, code, origin)
    # Nothing in here is caught further up, so a transaction around it needs no savepoint.
    with transaction.atomic(savepoint=False):
        if not open_with(case, Step.SUBMIT, act, data={"kind": message.kind, "column": message.column.code}):
            return Submitted(Case.objects.get(origin_key=origin), code, is_repeat=True)
        for file in files:
            file.case, file.draft = case, None
            file.save()
    return Submitted(case, code)


def query_code(form_token: str) -> str:
    """The eight-character query code of a form: derived, so that a repeated submit shows the same one."""
    digest = bytes.fromhex(keyed_hash("query-code", form_token))
    return "".join(ALPHABET[b % len(ALPHABET)] for b in digest[:8])


def code_hash(code: str) -> str:
    """The keyed hash under which a query code is stored."""
    return keyed_hash("query", code.strip().upper().replace("-", "").replace(" ", ""))


def new_form_token() -> str:
    """An unguessable token that names one filling-in of the form."""
    return base64.urlsafe_b64encode(secrets.token_bytes(24)).decode()


def _case_of(message: Message, act: Act, code: str, origin: str) -> Case:
    visibility = Visibility.PRIVATE if message.kind == MessageKind.REPORT else message.visibility
    contact = {"name": message.contact_name, "phone": message.contact_phone}
    case = Case(
        number=f"HX{act.at:%y%m%d}{''.join(secrets.choice(ALPHABET) for _ in range(6))}",
        column=message.column,
        kind=message.kind,
        region=message.region,
        office_holder=message.office_holder,
        visibility=visibility,
        title=redaction.mask(message.title)[:60],
        body=redaction.mask(message.body),
        sealed_title=message.title,
        sealed_body=message.body,
        sealed_contact=json.dumps(contact, ensure_ascii=False) if any(contact.values()) else "",
        business_name=message.business_name,
        amount_yuan=message.amount_yuan,
        author=act.by,
        query_code_hash=code_hash(code),
        state=State.SUBMITTED,
        submitted_at=act.at,
        origin_key=origin,
    )
    case.due_at = due(case, ClockKind.REVIEW, act.at)
    return case
