"""Turns the chances of the trained questions and the proofs of the reefs into one consistent verdict."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from huixiang.nlp.reefs import REEFS
from huixiang.nlp.reefs.kinds import Severity
from huixiang.nlp.replies.empathy import empathises
from huixiang.nlp.replies.reading import Reading

MOST: Final = 3
"""Reefs told of one reply; more would hide the main one (REPLY_RUBRIC, `reefs`)."""

ELEMENTS: Final = ("facts", "empathy", "action", "overview", "responsibility", "progress", "prevention")
OUTCOMES: Final = ("resolved", "partly", "unresolved", "explained", "refused", "forwarded")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Which reefs stand on the reply, the main one first, and whether it should be sent back."""

    reefs: Mapping[str, Severity]
    send_back: bool


def questions() -> tuple[str, ...]:
    """Return the names of all trained questions about a whole reply."""
    reefs = [f"{level}.{code}" for code in REEFS for level in ("any", "grave")]
    return (
        "send_back",
        "forward_only",
        *reefs,
        *(f"element.{name}" for name in ELEMENTS),
        *(f"outcome.{name}" for name in OUTCOMES),
    )


def possible(reading: Reading) -> frozenset[str]:
    """Return the reefs that may stand on a reply: all but those whose words are needed and missing."""
    return frozenset(c for c, reef in REEFS.items() if not reef.needs_words or reef.lexicon.search(reading.content))


def elements(chances: Mapping[str, float], thresholds: Mapping[str, float], reading: Reading) -> dict[str, bool]:
    """Return which elements of a good reply are there: empathy by rule, all others as learnt."""
    found = {name: chances[f"element.{name}"] >= thresholds[f"element.{name}"] for name in ELEMENTS}
    return found | {"empathy": empathises(reading.reply)}


def decide(
    chances: Mapping[str, float],
    thresholds: Mapping[str, float],
    proofs: Mapping[str, Severity | None],
    able: frozenset[str],
) -> Verdict:
    """Return the verdict: a grave reef sends the reply back, and a reply sent back has a grave reef.

    A chance of gravity without the chance of being sent back is a warning: the cap on false alarms is kept there.
    """
    able |= {code for code, proof in proofs.items() if proof is not None}
    proven = any(proof is Severity.SEND_BACK for proof in proofs.values())
    send_back = proven or chances["send_back"] >= thresholds["send_back"]
    strength = {code: _strength(code, chances, thresholds, proofs.get(code)) for code in able}
    found = sorted((code for code in strength if strength[code] >= 1), key=lambda code: -strength[code])[:MOST]
    if send_back and not found:
        found = [max(sorted(able), key=lambda code: _grave(code, chances, thresholds))]
    severities = {
        code: Severity.SEND_BACK
        if send_back and (proofs.get(code) is Severity.SEND_BACK or _grave(code, chances, thresholds) >= 1)
        else Severity.WARN
        for code in found
    }
    if send_back and Severity.SEND_BACK not in severities.values():
        severities[max(found, key=lambda code: _grave(code, chances, thresholds))] = Severity.SEND_BACK
    ordered = sorted(severities, key=lambda code: (-severities[code], -strength[code]))
    return Verdict({code: severities[code] for code in ordered}, send_back)


def _strength(
    code: str, chances: Mapping[str, float], thresholds: Mapping[str, float], proof: Severity | None
) -> float:
    if proof is not None:
        return 2.0 + proof
    return max(chances[f"any.{code}"] / thresholds[f"any.{code}"], _grave(code, chances, thresholds))


def _grave(code: str, chances: Mapping[str, float], thresholds: Mapping[str, float]) -> float:
    return chances[f"grave.{code}"] / thresholds[f"grave.{code}"]
