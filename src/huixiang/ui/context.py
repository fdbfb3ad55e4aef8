"""What every page knows without asking the database: how the visitor wants it to look, and the demo line."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest

LARGE_COOKIE = "hx_text"
CONTRAST_COOKIE = "hx_contrast"
_DEMO_WORDS = "这是演示环境：单位、人员和留言都是编写的样例，请不要填写真实个人信息。"


@dataclass(frozen=True, slots=True)
class Look:
    """How a visitor wants pages to look."""

    is_large: bool
    is_contrast: bool

    @property
    def html_class(self) -> str:
        """The classes of <html>."""
        wishes = {"large-text": self.is_large, "high-contrast": self.is_contrast}
        return " ".join(name for name, is_on in wishes.items() if is_on)

    @property
    def key(self) -> str:
        """What a cache of whole pages must add to its key, for pages differ by it."""
        return f"{int(self.is_large)}{int(self.is_contrast)}"


def look(request: HttpRequest) -> Look:
    """Read the visitor's wish from two plain cookies; neither session nor database is touched."""
    return Look(request.COOKIES.get(LARGE_COOKIE) == "1", request.COOKIES.get(CONTRAST_COOKIE) == "1")


def display(request: HttpRequest) -> dict[str, object]:
    """Give pages `display` (a Look) and `demo_banner` (empty outside the demo)."""
    return {"display": look(request), "demo_banner": _DEMO_WORDS if getattr(settings, "DEMO", False) else ""}
