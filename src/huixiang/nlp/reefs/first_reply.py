"""What a first reply (初步回应) may not do: claim completion, liability, counts or a denial too early."""

import re
from collections.abc import Sequence
from typing import Final

from huixiang.nlp.commitments import Commitment
from huixiang.nlp.reefs import REEFS
from huixiang.nlp.reefs.kinds import Finding, Scene, Severity, quoted
from huixiang.nlp.replies.claims import ClaimKind, claims

_LIABLE: Final = re.compile(r"(?:全额|全部)?赔偿|承担[^，。；]{0,8}责任|负全责|已开除|责任(?:在|由)我")
_NEXT_WORD: Final = re.compile(
    r"(?:公布|告知|回复|答复|反馈|续报|更新|通报|说明)[^。]{0,12}(?:\d|前|内|今|明)|(?:\d+[日时点天]|"
    r"\d+个?工作日|今[天晚]|明天|\d+小时)[^。]{0,24}(?:公布|告知|回复|答复|反馈|续报|更新|通报|说明)"
)


def first_reply_faults(scene: Scene, promised: Sequence[Commitment]) -> list[Finding]:
    """Return what in a first reply goes beyond what can be known yet, and a missing date of the next word."""
    reading = scene.reading
    found = []
    early = next(
        (c for c in claims(reading.reply) if c.kind in {ClaimKind.COMPLETE, ClaimKind.DONE, ClaimKind.COUNT}), None
    )
    liable = next((clause for clause in reading.clauses if _LIABLE.search(clause.text)), None)
    place = early.place.text if early else liable.text if liable else ""
    if place:
        found.append(_fault("hasty_promise", place, f"初步回应还没有查实，不能先写{quoted(place)}。"))
    denied = reading.where("denial")
    if denied:
        found.append(_fault("rash_denial", denied.text, f"初步回应还没有核查，不能先用{quoted(denied.text)}否认。"))
    if not any(promise.due for promise in promised) and not _NEXT_WORD.search(reading.reply):
        found.append(_fault("ostrich", "", "初步回应没有写明下一次什么时候告知进展。"))
    return found


def _fault(code: str, span: str, why: str) -> Finding:
    reef = REEFS[code]
    absence = "" if span else "没有下一次告知的时间"
    return Finding(code, Severity.SEND_BACK, span, absence, why, reef.cure, reef.root_cause, 1.0)
