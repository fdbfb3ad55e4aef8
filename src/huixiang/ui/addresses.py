"""Addresses of pages, put together without asking the router anew for every row of a list."""

import re
from collections.abc import Callable
from functools import cache

from django.conf import settings
from django.urls import NoReverseMatch, get_script_prefix, reverse

# What needs no quoting in a path, so that it may stand there as it is.
_PLAIN = re.compile(r"[A-Za-z0-9_-]+")
_MARK = "900000009{}"


def to(name: str, *args: object) -> str:
    """The address of a named page, as `reverse` gives it."""
    words = [str(a) for a in args]
    pieces = _pieces(settings.ROOT_URLCONF, get_script_prefix(), name, len(words))
    if not pieces or not all(map(_PLAIN.fullmatch, words)):
        return reverse(name, args=args)
    return pieces[0] + "".join(word + piece for word, piece in zip(words, pieces[1:], strict=True))


def each(name: str) -> Callable[[object], str]:
    """The addresses of a page with one argument, for the many rows of a list: `to` without asking for its place."""
    pieces = _pieces(settings.ROOT_URLCONF, get_script_prefix(), name, 1)

    def address(arg: object) -> str:
        word = str(arg)
        return pieces[0] + word + pieces[1] if pieces and _PLAIN.fullmatch(word) else reverse(name, args=[word])

    return address


@cache
def _pieces(urlconf: str, prefix: str, name: str, count: int) -> tuple[str, ...]:
    """What stands around the arguments of an address; empty where that depends on the arguments."""
    marks = [_MARK.format(n) for n in range(count)]
    try:
        whole = reverse(name, args=marks)
    except NoReverseMatch:
        return ()
    places = [whole.find(mark) for mark in marks]
    if -1 in places or places != sorted(places):
        return ()
    return tuple(re.split("|".join(marks), whole)) if marks else (whole,)
