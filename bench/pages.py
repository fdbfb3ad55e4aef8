"""What is measured: each page with the requests that ask for it, its yardstick and the figure it should reach."""

import itertools
import random
import re
import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from ipaddress import IPv6Address
from typing import Any
from urllib.parse import urlencode

from bench import gate, wording
from bench.driving import Client, request

BARE_PAGE, BARE_INSERT = "bare page", "bare INSERT"
CSRF_FIELD = re.compile(rb'name="csrfmiddlewaretoken" value="([^"]+)"')


@dataclass(frozen=True)
class Target:
    """A figure to reach; each is checked if it is set."""

    share: float | None = None
    per_second: float | None = None
    p95_ms: float | None = None

    def words(self) -> str:
        """The target as the table says it."""
        if self.share is not None:
            return f"≥ {self.share:.0%} of bare"
        if self.per_second is not None:
            return f"≥ {self.per_second:.0f}/s"
        return f"p95 ≤ {self.p95_ms:.0f} ms" if self.p95_ms is not None else "–"


@dataclass(frozen=True)
class Page:
    """One thing to measure; `requests` gives as many requests as anyone may want."""

    name: str
    requests: Callable[[], Iterator[bytes]]
    mix: int = 1
    yardstick: str = BARE_PAGE
    target: Target = Target()
    status: int = 200


def all_pages(found: dict[str, Any], port: int) -> list[Page]:
    """The yardsticks and every page that the product has, in the order of the table."""
    citizen, staff, queries = found["citizen"], found["staff"], found["queries"]
    a_quarter = Target(share=0.25)
    gets: list[tuple[str, Iterable[str], str | None, Target]] = [
        ("home, kept", [found["home"]], "", a_quarter),
        ("list, kept", [found["list"]], "", a_quarter),
        ("case, kept", found["cases"], "", a_quarter),
        ("home, rendered", [found["home"]], None, Target()),
        ("list, rendered", [found["list"]], None, Target()),
        ("case, rendered", found["cases"], None, Target(per_second=300)),
        ("case, signed in", found["cases"], citizen, Target()),
        ("search, rendered", searches(found["list"], queries), None, Target(p95_ms=50)),
        *((f"inbox, {name}", [found["inbox"]], cookie, Target(per_second=150)) for name, cookie in staff.items()),
    ]
    pages = [Page(BARE_PAGE, lambda: repeated(["/bench/page"], ""))]
    for name, paths, cookies, target in gets:
        known = [p for p in paths if p]
        asking = partial(first_looks, known) if cookies is None else partial(repeated, known, cookies)
        if known:
            pages.append(Page(name, asking, mix=len(known), target=target))
    if found["gate"]:
        looking = partial(looks, found["gate"], staff["handler"])
        pages.append(Page("gate, while writing", looking, mix=len(gate.pairs()), target=Target(p95_ms=300)))
    insert = request("POST", "/bench/insert")
    pages.append(Page(BARE_INSERT, lambda: itertools.repeat(insert), yardstick=BARE_INSERT))
    if found["submit"]:
        sending = partial(submissions, found["submit"], port)
        pages.append(Page("submit", sending, yardstick=BARE_INSERT, target=a_quarter, status=302))
    return pages


def searches(base: str, queries: list[str]) -> list[str]:
    """The addresses of all searches."""
    return [f"{base}?{urlencode({'q': q})}" for q in queries] if base else []


def repeated(paths: list[str], cookies: str) -> Iterator[bytes]:
    """The same GETs over and over, in a mixed but repeatable order."""
    raw = [request("GET", path, cookies=cookies) for path in paths]
    random.Random(3).shuffle(raw)  # noqa: S311 - an order, not a secret
    return itertools.cycle(raw)


def first_looks(paths: list[str]) -> Iterator[bytes]:
    """A stranger's GETs of addresses that nobody has asked for yet, so that no page of them can have been kept."""
    order = list(paths)
    random.Random(3).shuffle(order)  # noqa: S311 - an order, not a secret
    run = secrets.token_hex(4)
    for number, path in enumerate(itertools.cycle(order)):
        yield request("GET", f"{path}{'&' if '?' in path else '?'}first={run}-{number}")


def looks(path: str, cookies: str) -> Iterator[bytes]:
    """Drafts on their way to the gate as the editor sends them: the replies of the demo town."""
    secret = secrets.token_hex(16)
    for pair in itertools.cycle(gate.pairs()):
        body = urlencode({"csrfmiddlewaretoken": secret, "body": pair.reply})
        yield request("POST", path, cookies=f"{cookies}; csrftoken={secret}", body=body.encode())


def submissions(path: str, port: int) -> Iterator[bytes]:
    """Whole anonymous messages, each of a new visitor: the form's CSRF token and cookie, a form token of its own."""
    client = Client(port)
    form = client.ask(request("GET", path))
    client.close()
    token = CSRF_FIELD.search(form.body)
    if token is None:
        raise ValueError(f"{path} shows no form (status {form.status})")
    cookies = f"csrftoken={form.cookie('csrftoken')}"
    chance = random.Random(11)  # noqa: S311 - texts, not secrets
    while True:
        _, title, body = wording.message(chance, "望月湖街道")
        fields = {
            "csrfmiddlewaretoken": token.group(1).decode(), "form_token": secrets.token_urlsafe(24), "column": "voice",
            "kind": "help", "region": "430104", "township": "", "title": title[:40], "body": body,
            "visibility": "public", "contact_name": "", "way": "anonymous",
        }  # fmt: skip
        home = f"X-Forwarded-For: {IPv6Address(2**125 + chance.getrandbits(100))}\r\n"
        yield request("POST", path, cookies=cookies, body=urlencode(fields).encode(), headers=home)
