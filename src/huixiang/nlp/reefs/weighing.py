"""All evidence about one reply, as the models read it: general evidence and what each reef suspects."""

from collections.abc import Mapping, Sequence
from math import log1p, nan

from huixiang.nlp.reefs import REEFS
from huixiang.nlp.replies.binding import Bound, features
from huixiang.nlp.replies.coverage import answering, coverage
from huixiang.nlp.replies.evidence import evidence
from huixiang.nlp.replies.heads import Texts, wording
from huixiang.nlp.replies.rarity import Rarity
from huixiang.nlp.replies.reading import Reading
from huixiang.nlp.replies.remainder import remainder
from huixiang.nlp.replies.standing import standing


def weigh(reading: Reading, bounds: Sequence[Bound], rarity: Rarity) -> dict[str, float]:
    """Return the evidence about the whole reply, always the same names in the same order."""
    found = evidence(reading, bounds, rarity)
    for code, reef in REEFS.items():
        found[f"reef.{code}"] = reef.suspicion(reading)
        found[f"words.{code}"] = log1p(len(reef.lexicon.findall(reading.content)))
    found |= remainder(reading.reply, reading.message)
    found |= standing(reading)
    returned = coverage(reading, bounds, rarity)
    # Without a message nothing is known of how it comes back: nan speaks for nothing.
    return found | (returned if (reading.title + reading.detail).strip() else dict.fromkeys(returned, nan))


def answer_rows(
    reading: Reading, bounds: Sequence[Bound], whole: Mapping[str, float], rarity: Rarity
) -> list[dict[str, float]]:
    """Return the evidence about each demand's answer: its own, and what is known of the whole reply."""
    shared = {f"reply.{name}": value for name, value in whole.items()}
    return [
        {
            **features(reading, bound, rank, len(bounds)),
            **{f"own.{name}": value for name, value in answering(reading, bound.demand, rarity).items()},
            **shared,
        }
        for rank, bound in enumerate(bounds)
    ]


def texts_of(reading: Reading) -> Texts:
    """Return the wording of the reply and of the message."""
    return {"reply": wording(reading.reply), "message": wording(reading.message)}


def texts_of_answer(bound: Bound) -> Texts:
    """Return the wording of a demand and of the part of the reply bound to it."""
    return {"demand": wording(bound.demand), "part": wording(bound.part.text if bound.part else "")}
