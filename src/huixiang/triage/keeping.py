"""The models of this deployment: each training in a folder of its own, one of them in use, the one before kept."""

import shutil
from functools import lru_cache
from pathlib import Path
from zlib import crc32

from django.conf import settings

from huixiang.nlp import parameters
from huixiang.nlp.adapting import FEATURES, NAME, Adaptation
from huixiang.nlp.parameters import Parameters, load

POINTER = "current"
SHIPPED = "shipped"
KEPT = 5


class NothingBefore(Exception):
    """There is no earlier model to go back to."""


def folder() -> Path:
    """Where the models of this deployment live: in its data directory, never in the package."""
    return Path(settings.DATA_DIR) / "models"


def current_name() -> str:
    """The folder of the model in use, or `shipped` for the model as it came."""
    try:
        return (folder() / POINTER).read_text(encoding="utf-8").split()[-1]
    except (FileNotFoundError, IndexError):
        return SHIPPED


def current() -> Adaptation | None:
    """The correction in use; None while the shipped model stands as it came. Every process sees a change at once.

    One that was learnt on top of another shipped model, before an upgrade, no longer fits and is left aside.
    """
    name = current_name()
    adaptation = None if name == SHIPPED else _read(folder() / name)
    return adaptation if adaptation is not None and adaptation.base == base() else None


def is_outgrown() -> bool:
    """Whether this deployment's model was learnt on top of an older shipped one and has to be trained anew."""
    return current_name() != SHIPPED and current() is None


@lru_cache(maxsize=1)
def base() -> str:
    """A mark of the shipped model on top of which a correction is learnt."""
    cards = [(parameters.SHIPPED / f"{name}.json").read_bytes() for name in ("space", "topics")]
    arrays = [(parameters.SHIPPED / f"{name}.npz").stat().st_size for name in ("space", "topics")]
    return f"{crc32(b''.join(cards) + repr(arrays).encode()):08x}"


def keep(trained: Parameters, name: str) -> None:
    """Puts a newly trained correction into use under `name`; the one before can be returned to."""
    Parameters(trained.arrays, {**trained.card, "base": base()}).save(NAME, folder() / name)
    _point([*_history(), name])


def roll_back() -> str:
    """Goes back to the model in use before; gives its name. Raises NothingBefore."""
    history = _history()
    if len(history) < 2:
        raise NothingBefore
    _point(history[:-1])
    return history[-2]


def _history() -> list[str]:
    """The models in the order in which they came into use, the present one last."""
    try:
        return (folder() / POINTER).read_text(encoding="utf-8").split() or [SHIPPED]
    except FileNotFoundError:
        return [SHIPPED]


def _point(history: list[str]) -> None:
    history = history[-KEPT:]
    fresh = folder() / f"{POINTER}.new"
    fresh.write_text("\n".join(history) + "\n", encoding="utf-8")
    # In one step: a reader sees the old model or the new one, never half.
    fresh.replace(folder() / POINTER)
    for old in folder().iterdir():
        if old.is_dir() and old.name not in history:
            shutil.rmtree(old)


@lru_cache(maxsize=2)
def _read(place: Path) -> Adaptation:
    return Adaptation.of(load(NAME, FEATURES, place))
