"""The receipt of a submitted message: number and query code, shown from the session only."""

from collections.abc import Sequence
from typing import Any

import segno
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from huixiang.accounts.encryption import keyed_hash
from huixiang.cases.actions.submitting import query_code
from huixiang.cases.choices import MessageKind
from huixiang.cases.models import Case
from huixiang.nlp.danger import HELP, Help

from .pages import Asked, citizen, remember_opened, show

_KEY = "receipt"


def give_receipt(request: Asked, case: Case, token: str, found: Sequence[Help] = ()) -> None:
    """Puts the receipt into the session, where the same form finds it again."""
    request.session[_KEY] = {
        "form": keyed_hash("receipt", token),
        "number": case.number,
        "code": query_code(token),
        "kind": case.kind,
        "dangers": [d.phone for d in found],
    }
    remember_opened(request, case.number)


def receipt_of(request: Asked, token: str) -> dict[str, Any] | None:
    """The receipt of this very form, if this session has it."""
    receipt: dict[str, Any] | None = request.session.get(_KEY)
    return receipt if receipt and receipt["form"] == keyed_hash("receipt", token) else None


@never_cache
@require_safe
def submitted(request: Asked) -> HttpResponse:
    """Shows the receipt, ready to be printed, and what happens next."""
    receipt = request.session.get(_KEY)
    if not receipt:
        return redirect("portal:track")
    code = receipt["code"]
    address = request.build_absolute_uri(f"{reverse('portal:track')}?number={receipt['number']}")
    context = {
        "number": receipt["number"],
        "code": f"{code[:4]}-{code[4:]}",
        # The picture holds the number alone: whoever sees the paper from afar shall not have the code.
        "qr": segno.make(address, error="m").svg_data_uri(scale=4, border=2, dark="#10323b"),
        "is_report": receipt["kind"] == MessageKind.REPORT,
        "has_account": citizen(request) is not None,
        "found_dangers": [d for d in HELP if d.phone in receipt["dangers"]],
    }
    return show(request, "submitted", context)
