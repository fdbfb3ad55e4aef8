"""Trains everything about replies from a directory of labelled data: `python -m huixiang.nlp.training.reefs DATA OUT`.

Writes the parameters into OUT, and beside them `unseen.jsonl`: each labelled reply as judged by models that had not
seen it, in the form of the labels, so that any scorer can read it.
"""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np

from huixiang.nlp.demands import DemandModel, find_demands
from huixiang.nlp.demands import shipped as shipped_demands
from huixiang.nlp.parameters import Parameters
from huixiang.nlp.reefs import REEFS
from huixiang.nlp.reefs.deciding import OUTCOMES, decide, elements, possible
from huixiang.nlp.reefs.kinds import Scene
from huixiang.nlp.reefs.weighing import answer_rows, texts_of, texts_of_answer, weigh
from huixiang.nlp.replies.binding import bind
from huixiang.nlp.replies.heads import FEATURES, Heads
from huixiang.nlp.replies.rarity import BUCKETS, Rarity, bucket, pairs
from huixiang.nlp.replies.reading import Reading
from huixiang.nlp.training import commitments as training_commitments
from huixiang.nlp.training import demands as training_demands
from huixiang.nlp.training.corpus import Row, by_id, rows
from huixiang.nlp.training.linear import folds
from huixiang.nlp.training.marks import spelled
from huixiang.nlp.training.replies import Answers, Case, Example, Judged, Replies, packed

Told = Sequence[tuple[str, str]]

OWN: Final = Path(__file__).parents[4] / "data" / "labels"
"""Labels that the project's own readers made: places in the texts of DATA, never their words."""


@dataclass(frozen=True)
class Labelled:
    """Replies with their labels, those of the data's makers (`gold`) first, then the project's own."""

    replies: Sequence[Row]
    labels: Sequence[Row]
    gold: int

    @classmethod
    def of(cls, data: Path) -> "Labelled":
        """Read both; own labels name messages of the same data and take their words from there."""
        found = by_id(rows(data, "messages_replies"))
        gold = [label for label in rows(data, "reply_labels") if label["id"] in found]
        placed = rows(OWN, "replies") if (OWN / "replies.jsonl").exists() else []
        labels = [*gold, *(spelled(label, found[label["id"]]) for label in placed if label["id"] in found)]
        return cls([found[label["id"]] for label in labels], labels, len(gold))


def main(data: Path, out: Path) -> None:
    """Train, save and write what was said of replies not seen."""
    known = Labelled.of(data)
    rarity = rarity_of([*rows(data, "messages_replies"), *rows(data, "messages_labelled")])
    told = unseen_demands(known)
    cases = [
        case_of(reply, label, demands, rarity, is_gold=place < known.gold)
        for place, (reply, label, demands) in enumerate(zip(known.replies, known.labels, told, strict=True))
    ]
    replies = Replies(cases, [example_of(row, rarity) for row in rows(data, "reef_examples")])
    unseen = replies.unseen()
    answers, answer_heads = Answers(cases).unseen(list(replies.folds(np.arange(len(cases)), 5)))
    promises, found = training_commitments.train(known.replies, known.labels, known.gold)
    promises.save("commitments", out)
    _save(answer_heads, replies.heads(), rarity, out)
    with (out / "unseen.jsonl").open("w", encoding="utf-8") as lines:
        for place in range(known.gold):
            judged = Judged(*unseen[place], answers[place])
            verdict = prediction(known.replies[place], known.labels[place], told[place], judged, rarity)
            verdict["commitments"] = found[place]
            lines.write(json.dumps(verdict, ensure_ascii=False) + "\n")


def rarity_of(messages: Sequence[Row]) -> Rarity:
    """Count in how many messages each bucket of pairs stands."""
    counts = np.zeros(BUCKETS)
    for message in messages:
        places = {bucket(pair) for pair in pairs(message["title"] + message["detail"][:800])}
        counts[list(places)] += 1
    return Rarity(np.log((len(messages) + 1) / (counts + 1)).astype(np.float32))


def unseen_demands(known: Labelled) -> list[Told]:
    """Return the demands of each message as a finder told them that had not seen it."""
    read = [training_demands._read(m, label) for m, label in zip(known.replies, known.labels, strict=True)]
    threshold = shipped_demands().threshold
    found: list[Told] = [[]] * len(read)
    for learn, judge in folds([reply["group"] for reply in known.replies]):
        weights, bias = training_demands._fit([read[i] for i in learn])
        model = DemandModel(weights.astype(np.float32), bias.astype(np.float32), threshold)
        for i in judge:
            told = find_demands(known.replies[i]["title"], known.replies[i]["detail"], model)
            found[i] = [(demand.span, demand.kind.value) for demand in told]
    return found


def reading_of(reply: Row) -> Reading:
    """Read one stored message with its reply."""
    asked, written = (date.fromisoformat(reply[key][:10]) for key in ("time", "reply_time"))
    return Reading.of(reply["title"], reply["detail"], reply["reply"], asked, written)


def case_of(reply: Row, label: Row, told: Told, rarity: Rarity, *, is_gold: bool) -> Case:
    """Make one labelled reply ready."""
    reading = reading_of(reply)
    bounds = bind(reading, told, rarity)
    whole = weigh(reading, bounds, rarity)
    marked = bind(reading, [(d["span"], d["kind"]) for d in label["demands"]], rarity)
    return Case(
        label,
        reply["group"],
        is_gold,
        whole,
        texts_of(reading),
        answer_rows(reading, marked, whole, rarity),
        [texts_of_answer(bound) for bound in marked],
        answer_rows(reading, bounds, whole, rarity),
        [texts_of_answer(bound) for bound in bounds],
    )


def example_of(row: Row, rarity: Rarity) -> Example:
    """Make one written example ready; what it says nothing about stays unknown."""
    reading = Reading.of("", row["message"], row["reply"], None, None)
    bounds = bind(reading, [(d.span, d.kind.value) for d in find_demands("", row["message"])], rarity)
    # A good reply is written to be good all round; a bad one shows its own reefs, and nothing is known of the others.
    reefs = dict.fromkeys([row["reef"], *row["also"]], 1) if row["label"] else dict.fromkeys(REEFS, 0)
    return Example(weigh(reading, bounds, rarity), texts_of(reading), reefs)


def prediction(reply: Row, label: Row, told: Told, judged: Judged, rarity: Rarity) -> dict[str, Any]:
    """Return a judgement in the form of the labels."""
    reading = reading_of(reply)
    bounds = bind(reading, told, rarity)
    scene = Scene(reading, bounds, judged.answers)
    proofs = {code: reef.proof(scene) for code, reef in REEFS.items()}
    verdict = decide(judged.chances, judged.thresholds, proofs, possible(reading))
    answers = [max(shares, key=lambda name: shares[name]) for shares in judged.answers]
    return {
        "id": label["id"],
        "reefs": [{"code": code, "severity": int(severity), "span": ""} for code, severity in verdict.reefs.items()],
        "send_back": verdict.send_back,
        "forward_only": judged.chances["forward_only"] >= judged.thresholds["forward_only"],
        "elements": elements(judged.chances, judged.thresholds, reading),
        "outcome": max(OUTCOMES, key=lambda name: judged.chances[f"outcome.{name}"]),
        "demands": [{"span": b.demand, "answered": a} for b, a in zip(bounds, answers, strict=True)],
    }


def _save(answers: Heads, reply: Heads, rarity: Rarity, out: Path) -> None:
    answer_arrays, answer_card = packed("answers", answers)
    reply_arrays, reply_card = packed("reply", reply)
    arrays = {**answer_arrays, **reply_arrays, "rarity": rarity.weights.astype(np.float16)}
    card = {"model": "replies", "features": FEATURES, "answers": answer_card, "reply": reply_card}
    Parameters(arrays, card).save("replies", out)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
