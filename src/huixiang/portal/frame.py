"""The frame of a page, all that stands around its content: for strangers it is rendered once and filled from then on.

Head, navigation and footer are the same for every stranger and cost as much as the content of a small page. A template
that begins with `{% extends base|default:"portal/base.html" %}` and fills the blocks title, more_head and main alone
can be shown in it.
"""

import re
import secrets
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import quote_plus

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import get_script_prefix

from huixiang.ui.context import look

# Words that no page says; in capitals, so that neither escaping nor quoting changes them.
_HERE, _TITLE, _HEAD, _MAIN = _HOLES = ("HOLEOFHERE", "HOLEOFTITLE", "HOLEOFHEAD", "HOLEOFMAIN")
_HOLE = re.compile("(" + "|".join(_HOLES) + ")")
# Drawn anew by each process, so that no text can hold it.
_CUT = secrets.token_hex(16)


def framed(request: HttpRequest, template: str, context: Mapping[str, Any]) -> str:
    """The page that a stranger sees: the content rendered now, in the frame kept for its place in the navigation."""
    content = render_to_string(template, {**context, "base": "portal/bare.html", "cut": _CUT}, request)
    title, head, main = content.split(_CUT)
    fill = {_HERE: quote_plus(request.get_full_path()), _TITLE: title, _HEAD: head, _MAIN: main}
    match = request.resolver_match
    pieces = _frame(_Asker(request), look(request).key, match.view_name if match else "", get_script_prefix())
    return "".join(fill.get(piece, piece) for piece in pieces)


class _Asker:
    """A request that makes no difference to what is kept: everything that does is a key of its own."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    def __hash__(self) -> int:
        return 0

    def __eq__(self, other: object) -> bool:
        # While templates are being written, nothing is kept.
        return isinstance(other, _Asker) and not settings.DEBUG


@lru_cache(maxsize=64)
def _frame(asker: _Asker, look_key: str, view_name: str, prefix: str) -> list[str]:
    return _HOLE.split(render_to_string("portal/frame.html", {"here": _HERE}, asker.request))
