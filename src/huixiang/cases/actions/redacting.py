"""Redacting: the public version of a message is corrected, or its visibility changed; the original stays sealed."""

from typing import Any

from django.db import transaction

from huixiang.rules.lifecycle import PUBLISHABLE, Step

from ..choices import MessageKind, Visibility
from ..ledger import Act, advance, read_for_change, touch_public
from ..models import Attachment, Case
from ..refusals import Refused


@transaction.atomic
def redact(case: Case, act: Act, *, title: str, body: str) -> Case:
    """Replaces the public version, before or after publication."""
    case = read_for_change(case.pk)
    if not title.strip() or not body.strip():
        raise Refused("公开版的标题和正文不能为空。", field="body")
    advance(case, Step.REDACT, act, is_public=True, title=title.strip()[:60], body=body.strip())
    return case


@transaction.atomic
def change_visibility(case: Case, visibility: str, act: Act) -> Case:
    """Opens or closes the case to the public, as its author wishes; a report (举报) is never opened."""
    case = read_for_change(case.pk)
    # Not even the replies: they would tell the accused that somebody informed, and about what.
    if case.kind == MessageKind.REPORT and visibility != Visibility.PRIVATE:
        raise Refused("举报件不公开，以保护举报人。", field="visibility")
    data = {"from": case.visibility, "to": visibility}
    advance(case, Step.CHANGE_VISIBILITY, act, data=data, visibility=visibility, **public_at(case, visibility, act))
    # The event is internal, but pages that show the case, or showed it, have changed.
    touch_public(case.pk)
    return case


def public_at(case: Case, visibility: str, act: Act) -> dict[str, Any]:
    """Since when the public may see the case under `visibility`: at once, with the first reply, or never."""
    is_shown = visibility == Visibility.PUBLIC or (visibility == Visibility.REPLY_ONLY and case.first_reply_at)
    if is_shown and case.approved_at and case.state in PUBLISHABLE:
        return {"public_at": case.public_at or act.at}
    return {"public_at": None}


@transaction.atomic
def release_file(file: Attachment, act: Act, *, is_public: bool) -> None:
    """Shows or hides one attachment of a message; files of citizens are hidden until a reviewer releases them."""
    if file.case_id is None:
        raise Refused("这个附件还没有随留言提交。")
    case = read_for_change(file.case_id)
    Attachment.objects.filter(pk=file.pk).update(is_public=is_public)
    advance(case, Step.REDACT, act, data={"file": file.pk, "is_public": is_public})
