"""Whether a reply acknowledges this writer's trouble in its own terms: an apology for it, or its weight understood.

A rule, not a model: readers find it in one reply of forty, too few to learn from.
"""

import re
from typing import Final

_SORRY: Final = r"歉意|抱歉|致歉|道歉|对不起"
_UNDERSTOOD: Final = (
    r"(?:充分的?|非常|十分|深表|表示)理解|理解(?:您|你|家长|业主|大家|群众)的|困难[^，。]{0,4}理解"
    r"|(?:您|你|家长|大家)的(?:心情|困难|难处|感受|焦急|不易)"
)
_TROUBLE: Final = (
    r"(?:给|对|为)(?:您|你|大家|市民|居民|广大|业主|群众|用户|周边)[^，。]{0,24}(?:带来|造成)[^，。]{0,10}"
    r"(?:不便|困扰|影响|困难)"
)
_EMPATHY: Final = re.compile(f"{_SORRY}|{_UNDERSTOOD}|{_TROUBLE}")


def empathises(reply: str) -> bool:
    """Whether the trouble of the writer is named or apologised for; thanks and greetings alone are not."""
    return bool(_EMPATHY.search(reply))
