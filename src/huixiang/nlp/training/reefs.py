"""Trains everything about replies from a directory of labelled data: `python -m huixiang.nlp.training.reefs DATA OUT`.

Writes the parameters into OUT, and beside them `unseen.jsonl`: each labelled reply as judged by models that had not
seen it, in the form of the labels, so that any scorer can read it.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from huixiang.nlp.commitments import candidates_of, choose, dated
from huixiang.nlp.dates import moments
from huixiang.nlp.demands import DemandModel, find_demands
from huixiang.nlp.demands import shipped as shipped_demands
from huixiang.nlp.parameters import Parameters
from huixiang.nlp.reefs import REEFS
from huixiang.nlp.reefs.deciding import ELEMENTS, OUTCOMES, decide, possible
from huixiang.nlp.reefs.kinds import Scene
from huixiang.nlp.reefs.weighing import answer_rows, weigh
from huixiang.nlp.replies.binding import bind
from huixiang.nlp.replies.heads import FEATURES, Heads, wording
from huixiang.nlp.replies.rarity import BUCKETS, Rarity, bucket, pairs
from huixiang.nlp.replies.reading import Reading
from huixiang.nlp.training import commitments as training_commitments
from huixiang.nlp.training import demands as training_demands
from huixiang.nlp.training.corpus import Row, by_id, rows
from huixiang.nlp.training.linear import folds
from huixiang.nlp.training.replies import Case, Example, Judged, cross_validated, fit_both, packed, thresholds, unseen

Told = Sequence[tuple[str, str]]


def main(data: Path, out: Path) -> None:
    """Train, save and print what was measured."""
    labels = rows(data, "reply_labels")
    found = by_id(rows(data, "messages_replies"))
    replies = [found[label["id"]] for label in labels]
    rarity = rarity_of([*found.values(), *rows(data, "messages_labelled")])
    told = unseen_demands(replies, labels)
    cases = [case_of(r, label, demands, rarity) for r, label, demands in zip(replies, labels, told, strict=True)]
    examples = [example_of(row, rarity) for row in rows(data, "reef_examples")]
    judged = cross_validated(cases, examples)
    promises, chances = training_commitments.train(replies, labels)
    promises.save("commitments", out)
    limits = thresholds(unseen(cases, examples), labels)
    _save(fit_both(cases, examples), limits, rarity, out)
    threshold = float(promises.card["threshold"])
    with (out / "unseen.jsonl").open("w", encoding="utf-8") as lines:
        for reply, label, demands, one, chance in zip(replies, labels, told, judged, chances, strict=True):
            verdict = prediction(reply, label, demands, one, rarity)
            verdict["commitments"] = _promises(reply, chance, threshold)
            lines.write(json.dumps(verdict, ensure_ascii=False) + "\n")


def rarity_of(messages: Sequence[Row]) -> Rarity:
    """Count in how many messages each bucket of pairs stands."""
    counts = np.zeros(BUCKETS)
    for message in messages:
        places = {bucket(pair) for pair in pairs(message["title"] + message["detail"][:800])}
        counts[list(places)] += 1
    return Rarity(np.log((len(messages) + 1) / (counts + 1)).astype(np.float32))


def unseen_demands(replies: Sequence[Row], labels: Sequence[Row]) -> list[Told]:
    """Return the demands of each message as a finder told them that had not seen it."""
    read = [training_demands._read(m, label) for m, label in zip(replies, labels, strict=True)]
    threshold = shipped_demands().threshold
    found: list[Told] = [[]] * len(read)
    for learn, judge in folds([reply["group"] for reply in replies]):
        weights, bias = training_demands._fit([read[i] for i in learn])
        model = DemandModel(weights.astype(np.float32), bias.astype(np.float32), threshold)
        for i in judge:
            told = find_demands(replies[i]["title"], replies[i]["detail"], model)
            found[i] = [(demand.span, demand.kind.value) for demand in told]
    return found


def reading_of(reply: Row) -> Reading:
    """Read one stored message with its reply."""
    asked, written = (date.fromisoformat(reply[key][:10]) for key in ("time", "reply_time"))
    return Reading.of(reply["title"], reply["detail"], reply["reply"], asked, written)


def case_of(reply: Row, label: Row, told: Told, rarity: Rarity) -> Case:
    """Make one labelled reply ready."""
    reading = reading_of(reply)
    bounds = bind(reading, told, rarity)
    whole = weigh(reading, bounds, rarity)
    marked = bind(reading, [(d["span"], d["kind"]) for d in label["demands"]], rarity)
    seen = answer_rows(reading, marked, whole), answer_rows(reading, bounds, whole)
    return Case(label, reply["group"], whole, *seen, wording(reading.reply))


def example_of(row: Row, rarity: Rarity) -> Example:
    """Make one written example ready; what it says nothing about stays unknown."""
    reading = Reading.of("", row["message"], row["reply"], None, None)
    bounds = bind(reading, [(d.span, d.kind.value) for d in find_demands("", row["message"])], rarity)
    whole = weigh(reading, bounds, rarity)
    # A good reply is written to be good all round; a bad one shows its own reefs, and nothing is known of the others.
    reefs = dict.fromkeys([row["reef"], *row["also"]], 1) if row["label"] else dict.fromkeys(REEFS, 0)
    return Example(whole, answer_rows(reading, bounds, whole), reefs, wording(reading.reply))


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
        "elements": {n: judged.chances[f"element.{n}"] >= judged.thresholds[f"element.{n}"] for n in ELEMENTS},
        "outcome": max(OUTCOMES, key=lambda name: judged.chances[f"outcome.{name}"]),
        "demands": [{"span": b.demand, "answered": a} for b, a in zip(bounds, answers, strict=True)],
    }


def _promises(reply: Row, chances: Any, threshold: float) -> list[dict[str, Any]]:
    text, written = str(reply["reply"]), date.fromisoformat(reply["reply_time"][:10])
    _, candidates, _ = candidates_of(text, written)
    named = moments(text, written)
    found = [dated(text, candidates[place], named, written) for place in choose(candidates, chances, threshold)]
    return [{"span": p.span, "due": p.due.isoformat() if p.due else None} for p in found]


def _save(both: tuple[Heads, Heads], limits: Mapping[str, float], rarity: Rarity, out: Path) -> None:
    answers, reply = both
    answer_arrays, answer_card = packed("answers", answers, answers.thresholds)
    reply_arrays, reply_card = packed("reply", reply, limits)
    arrays = {**answer_arrays, **reply_arrays, "rarity": rarity.weights.astype(np.float16)}
    card = {"model": "replies", "features": FEATURES, "answers": answer_card, "reply": reply_card}
    Parameters(arrays, card).save("replies", out)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
