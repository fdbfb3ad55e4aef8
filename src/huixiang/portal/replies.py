"""A published reply as pages show it, with everything its kind has to say."""

from collections.abc import Iterable
from typing import Any

from huixiang.accounts.shapes import Shape
from huixiang.cases.choices import Resolution
from huixiang.cases.models import Attachment, Case, Reply
from huixiang.ui.addresses import to

Shown = dict[str, Any]


def published_of(case: Case) -> list[Reply]:
    """The replies of a case that are out, in order."""
    found = _PUBLISHED(case.pk)
    known = {reply.pk: reply for reply in found}
    for reply in found:
        # A correction corrects a reply of the same case, which is among them.
        if reply.corrects_id in known:
            reply.corrects = known[reply.corrects_id]
    return found


_COLUMNS = (
    "case_id", "unit__name", "kind", "body", "claimed_resolution", "next_report_on", "promise", "promise_due_on",
    "extended_to", "public_reason", "transfer_to", "receipt_number", "corrects_id", "published_at",
)  # fmt: skip
_PUBLISHED: Shape[Reply] = Shape(
    lambda pk: Reply.objects.published().filter(case_id=pk).select_related("unit").only(*_COLUMNS), int
)


def shown(replies: Iterable[Reply], files: Iterable[Attachment]) -> list[Shown]:
    """The replies for the template, each with its files and with the correction that came later."""
    rows, attached = list(replies), list(files)
    corrected = {r.corrects_id: r for r in rows if r.corrects_id}
    return [_shown(r, [f for f in attached if f.reply_id == r.pk], corrected.get(r.pk)) for r in rows]


def linked(files: Iterable[Attachment]) -> list[Shown]:
    """Files with their addresses."""
    return [{"url": to("portal:file", f.key), "name": f.name, "size": f.size_bytes, "kind": f.kind} for f in files]


def _shown(reply: Reply, files: list[Attachment], correction: Reply | None) -> Shown:
    outcome = reply.claimed_resolution
    return {
        "id": reply.pk,
        "anchor": f"reply-{reply.pk}",
        "unit": reply.unit.name,
        "unit_url": to("portal:unit", reply.unit_id),
        "kind": reply.kind,
        "kind_label": reply.get_kind_display(),
        "time": reply.published_at,
        "text": reply.body,
        "next_report_at": reply.next_report_on,
        "attachments": linked(files),
        "outcome": Resolution(outcome).label if outcome else "",
        "reason": reply.public_reason,
        "is_refusal": outcome == Resolution.REFUSED,
        "promise": reply.promise,
        "promise_due_on": reply.promise_due_on,
        "extended_to": reply.extended_to,
        "transfer_to": reply.transfer_to,
        "receipt_number": reply.receipt_number,
        "corrects": reply.corrects,
        "correction": correction,
    }
