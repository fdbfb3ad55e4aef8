"""Trained parameters: plain arrays (`NAME.npz`) and what is to be known about them (`NAME.json`), never a pickle."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

SHIPPED: Final = Path(__file__).parent
"""Where the parameters that come with the source live; a deployment may keep its own elsewhere."""


class BadParameters(ValueError):
    """The parameter files of a model are missing, damaged or made for another version of its features."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """The arrays of one model and its card: names of classes, thresholds, date, data and scores."""

    arrays: Mapping[str, npt.NDArray[Any]]
    card: Mapping[str, Any]

    def save(self, name: str, directory: Path) -> None:
        """Write both files into `directory`, the card last: a reader who finds the card finds the arrays."""
        directory.mkdir(parents=True, exist_ok=True)
        named: dict[str, Any] = dict(self.arrays)
        np.savez_compressed(directory / f"{name}.npz", **named)
        text = json.dumps(self.card, ensure_ascii=False, indent=1)
        (directory / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def load(name: str, version: int, directory: Path = SHIPPED) -> Parameters:
    """Read the model `name`; raises BadParameters unless its card says that it reads features of `version`."""
    try:
        card = json.loads((directory / f"{name}.json").read_text(encoding="utf-8"))
        with np.load(directory / f"{name}.npz", allow_pickle=False) as arrays:
            found = {key: arrays[key] for key in arrays.files}
    except (OSError, ValueError, KeyError) as error:
        raise BadParameters(f"{directory / name}: {error}") from error
    if card.get("features") != version:
        raise BadParameters(f"{directory / name}: made for features {card.get('features')}, this is {version}")
    return Parameters(found, card)
