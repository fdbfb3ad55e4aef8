"""Where the static files are served from: whitenoise's storage, with each address worked out once per process."""

from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage  # type: ignore[import-untyped]


class KeptAddresses(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """A page names ten files; their hashed names change with a new start only."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._known: dict[tuple[str | None, bool], str] = {}

    def url(self, name: str | None, force: bool = False) -> str:
        """The address of a file under its hashed name."""
        known = self._known.get((name, force))
        if known is None:
            known = self._known[name, force] = str(super().url(name, force))
        return known
