"""The eight reefs (八类暗礁): one file each, found here by code.

A keyword alone never proves a reef. Each file weighs its wording against missing content; a trained linear model joins
that with the message, the history and the delay; `judging` puts both together.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from huixiang.nlp.reefs import (
    cold_cliche,
    evasion,
    hasty_promise,
    off_question,
    ostrich,
    rash_denial,
    red_tape,
    unowned,
)
from huixiang.nlp.reefs.kinds import Reef

_FILES: Final = (ostrich, rash_denial, unowned, cold_cliche, evasion, hasty_promise, off_question, red_tape)
REEFS: Final[Mapping[str, Reef]] = MappingProxyType({file.REEF.code: file.REEF for file in _FILES})
"""Code to reef, in the order of the rubric."""
