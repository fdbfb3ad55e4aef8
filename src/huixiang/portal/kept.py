"""Kept pages: what a stranger sees is rendered once and served until the next event that changes it.

A kept page carries the version of the data it was made from; before it is served again the version is read anew from
the database, in one indexed query. So no process can serve a page that an event in another process has made stale.
"""

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import wraps
from threading import Lock
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse

from huixiang.accounts.shapes import shape_of_many
from huixiang.cases.models import Case
from huixiang.ui.context import look

from .similar import Near

MAX_PAGES = 3000
# Dates drop the year only within the year, and so on: nothing on a page may be older than this.
MAX_AGE_SECONDS = 600
_OF_A_CASE = ("pk", "event_count", "supporters_count", "public_at")
Version = Callable[[], object]
View = Callable[..., HttpResponse]


@dataclass(frozen=True)
class Page:
    """One rendered page and what it was made from."""

    version: object
    read_version: Version
    content: bytes
    headers: dict[str, str]
    etag: str
    made_at: float


class Shelf:
    """The pages one process keeps, the least recently asked-for dropped first."""

    def __init__(self) -> None:
        self._pages: OrderedDict[tuple[str, ...], Page] = OrderedDict()
        self._lock = Lock()

    def get(self, key: tuple[str, ...]) -> Page | None:
        with self._lock:
            page = self._pages.get(key)
            if page is None or time.monotonic() - page.made_at > MAX_AGE_SECONDS:
                return None
            self._pages.move_to_end(key)
            return page

    def put(self, key: tuple[str, ...], page: Page) -> None:
        with self._lock:
            self._pages[key] = page
            self._pages.move_to_end(key)
            while len(self._pages) > MAX_PAGES:
                self._pages.popitem(last=False)

    def clear(self) -> None:
        with self._lock:
            self._pages.clear()


shelf = Shelf()


def public_version() -> object:
    """The version of everything public: grows with every change that the public can see."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT SUM(value) FROM cases_publicstamp")
        return cursor.fetchone()


def case_versions(ids: Sequence[int]) -> list[tuple[Any, ...]]:
    """The versions of some cases: their places in the ledger, their supporters, and whether they are public."""
    return _together(ids)


_together = shape_of_many(lambda *ids: Case.objects.filter(pk__in=ids).order_by("pk").values_list(*_OF_A_CASE))


def _version(case: Case | Near) -> tuple[Any, ...]:
    return tuple(getattr(case, name) for name in _OF_A_CASE)


def kept_while_unchanged(request: HttpRequest, cases: Iterable[Case | Near], response: HttpResponse) -> HttpResponse:
    """Lets a page be kept for strangers until one of the `cases` it shows changes, as they were when it read them."""
    if _is_stranger(request) and response.status_code == 200:
        shown = sorted({case.pk: case for case in cases}.items())
        ids = [pk for pk, _ in shown]
        version = [_version(case) for _, case in shown]
        response._kept = (version, lambda: case_versions(ids))  # type: ignore[attr-defined]
    return response


def kept(read_version: Version) -> Callable[[View], View]:
    """Marks a view whose page may be kept for strangers while what `read_version` reads stays the same."""

    def decorate(view: View) -> View:
        @wraps(view)
        def keep(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not _is_stranger(request):
                return view(request, *args, **kwargs)
            # Read before rendering: an event that comes in between makes the page look old, never new.
            version = read_version()
            response = view(request, *args, **kwargs)
            if response.status_code == 200:
                response._kept = (version, read_version)  # type: ignore[attr-defined]
            return response

        return keep

    return decorate


class KeptPages:
    """Stands before everything else and answers with a kept page while its version holds."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not _is_stranger(request):
            return self.get_response(request)
        key = _key(request)
        page = shelf.get(key)
        if page is not None and page.read_version() == page.version:
            return _answer(request, page)
        response = self.get_response(request)
        version = getattr(response, "_kept", None)
        if version is None or response.cookies or response.streaming:
            return response
        headers = {k: v for k, v in response.items() if k.lower() not in {"vary", "content-length"}}
        headers |= {"Cache-Control": "no-cache", "Vary": "Cookie"}
        etag = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
        page = Page(version[0], version[1], response.content, headers, etag, time.monotonic())
        shelf.put(key, page)
        return _answer(request, page)


def _is_stranger(request: HttpRequest) -> bool:
    cookies = request.COOKIES
    return (
        request.method in {"GET", "HEAD"}
        and settings.SESSION_COOKIE_NAME not in cookies
        and "messages" not in cookies
        and "HTTP_HX_REQUEST" not in request.META
    )


def _key(request: HttpRequest) -> tuple[str, ...]:
    return (request.scheme or "", request.get_host(), request.get_full_path(), look(request).key)


def _answer(request: HttpRequest, page: Page) -> HttpResponse:
    if request.META.get("HTTP_IF_NONE_MATCH") == page.etag:
        response = HttpResponse(status=304)
    else:
        response = HttpResponse(page.content)
        # Without it the server sends the page in chunks, because CommonMiddleware never sees this answer.
        response["Content-Length"] = str(len(page.content))
    for name, value in page.headers.items():
        response[name] = value
    response["ETag"] = page.etag
    return response
