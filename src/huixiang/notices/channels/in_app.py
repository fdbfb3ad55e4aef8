"""In-app: a notice is there as soon as it is recorded."""

from ..models import Notice


def is_configured() -> bool:
    """Always."""
    return True


def send(notice: Notice) -> None:
    """Nothing to carry anywhere: the reader's inbox shows the row itself."""
