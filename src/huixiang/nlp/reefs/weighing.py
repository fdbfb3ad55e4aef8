"""All evidence about one reply, as the models read it: general evidence and what each reef suspects."""

from collections.abc import Mapping, Sequence
from math import log1p

from huixiang.nlp.reefs import REEFS
from huixiang.nlp.replies.binding import Bound, features
from huixiang.nlp.replies.evidence import evidence
from huixiang.nlp.replies.rarity import Rarity
from huixiang.nlp.replies.reading import Reading

_SHARED = ("says.", "slot.", "role.", "size", "under", "late", "near.title", "near.detail", "near.back", "only_form")


def weigh(reading: Reading, bounds: Sequence[Bound], rarity: Rarity) -> dict[str, float]:
    """Return the evidence about the whole reply, always the same names in the same order."""
    found = evidence(reading, bounds, rarity)
    for code, reef in REEFS.items():
        found[f"reef.{code}"] = reef.suspicion(reading)
        found[f"words.{code}"] = log1p(len(reef.lexicon.findall(reading.content)))
    return found


def answer_rows(reading: Reading, bounds: Sequence[Bound], whole: Mapping[str, float]) -> list[dict[str, float]]:
    """Return the evidence about each demand's answer: its own, and what is known of the whole reply."""
    shared = {f"reply.{name}": value for name, value in whole.items() if name.startswith(_SHARED)}
    return [{**features(reading, bound, rank, len(bounds)), **shared} for rank, bound in enumerate(bounds)]
