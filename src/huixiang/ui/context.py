"""Context processors: how a visitor wants pages to look."""

from django.http import HttpRequest

LARGE_COOKIE = "hx_text"
CONTRAST_COOKIE = "hx_contrast"


def display(request: HttpRequest) -> dict[str, object]:
    """Give pages `display`: html_class, is_large, is_contrast and key (for caches), read from two plain cookies."""
    is_large = request.COOKIES.get(LARGE_COOKIE) == "1"
    is_contrast = request.COOKIES.get(CONTRAST_COOKIE) == "1"
    classes = [name for name, is_on in (("large-text", is_large), ("high-contrast", is_contrast)) if is_on]
    return {
        "display": {
            "html_class": " ".join(classes),
            "is_large": is_large,
            "is_contrast": is_contrast,
            "key": f"{int(is_large)}{int(is_contrast)}",
        }
    }
