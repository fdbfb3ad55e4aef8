"""How sources are cited: what our own data files name by an anchor of docs/sources.md is read out in words."""

import json
from functools import cache

from django.conf import settings

OURS = "docs/sources.md#"


def cited(source: str) -> str:
    """The words for a source; one that staff wrote down stands as it is."""
    if not source.startswith(OURS):
        return source
    return _names().get(source.removeprefix(OURS), source)


@cache
def _names() -> dict[str, str]:
    found: dict[str, str] = json.loads((settings.REFERENCE_DIR / "sources.json").read_text(encoding="utf-8"))
    return found
