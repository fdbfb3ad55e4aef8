"""A lean HTTP client for measuring: raw keep-alive sockets to one host, a fixed number of clients, one thread.

Its own cost per request is a few dozen microseconds; `bench web` shows it by measuring the bare page with it.
"""

import selectors
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

TIMEOUT_SECONDS = 30.0
HEAD_END = b"\r\n\r\n"


class ServerSilent(Exception):
    """The server sent nothing for TIMEOUT_SECONDS, or closed the connection in the middle of an answer."""


@dataclass(frozen=True)
class Answer:
    """What came back: the status, the head as sent, the body."""

    status: int
    head: bytes
    body: bytes

    def header(self, name: str) -> str:
        """The first value of a header; empty where it is missing."""
        for line in self.head.split(b"\r\n")[1:]:
            key, _, value = line.partition(b":")
            if key.decode().lower() == name.lower():
                return value.strip().decode()
        return ""

    def cookie(self, name: str) -> str:
        """The value of a cookie that the answer sets; empty where it sets none of that name."""
        for line in self.head.split(b"\r\n"):
            if line.lower().startswith(b"set-cookie:"):
                key, _, value = line.split(b":", 1)[1].strip().decode().split(";")[0].partition("=")
                if key == name:
                    return value
        return ""


@dataclass
class Sample:
    """What one measurement found; times in seconds."""

    seconds: float = 0.0
    times: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)

    @property
    def per_second(self) -> float:
        return len(self.times) / self.seconds if self.seconds else 0.0

    def percentile(self, share: float) -> float:
        """The time that `share` of the answers did not exceed."""
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def request(method: str, path: str, *, cookies: str = "", body: bytes = b"", headers: str = "") -> bytes:
    """The bytes of one request to 127.0.0.1."""
    lines = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: identity\r\n{headers}"
    lines += f"Cookie: {cookies}\r\n" if cookies else ""
    if method == "POST":
        lines += f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
    return lines.encode() + b"\r\n" + body


class Client:
    """One keep-alive connection with at most one request under way."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.started = 0.0
        self._parts = bytearray()
        self._wanted = -1

    def send(self, raw: bytes) -> None:
        """Starts a request."""
        self._parts.clear()
        self._wanted = -1
        self.started = time.perf_counter()
        self.socket.sendall(raw)

    def receive(self) -> Answer | None:
        """Takes what has arrived; the answer once it is complete. Waits if nothing has arrived."""
        chunk = self.socket.recv(262_144)
        if not chunk:
            raise ServerSilent("the server closed the connection")
        self._parts += chunk
        if self._wanted < 0:
            end = self._parts.find(HEAD_END)
            if end < 0:
                return None
            self._wanted = end + len(HEAD_END) + _length(bytes(self._parts[:end]))
        if len(self._parts) < self._wanted:
            return None
        head, _, body = bytes(self._parts).partition(HEAD_END)
        return Answer(int(head[9:12]), head, body)

    def ask(self, raw: bytes) -> Answer:
        """One request and its answer."""
        self.send(raw)
        while (answer := self.receive()) is None:
            pass
        return answer

    def close(self) -> None:
        self.socket.close()


def drive(
    clients: list[Client],
    requests: Iterator[bytes],
    seconds: float,
    *,
    most: int = 1_000_000,
    look: Callable[[Answer], None] | None = None,
) -> Sample:
    """Keeps every client busy until the time is over or the requests run out; each answer is timed."""
    sample = Sample()
    watch = selectors.DefaultSelector()
    begun = time.perf_counter()
    busy = 0
    for client in clients:
        raw = next(requests, None)
        if raw is not None:
            watch.register(client.socket, selectors.EVENT_READ, client)
            client.send(raw)
            busy += 1
    while busy:
        ready = watch.select(TIMEOUT_SECONDS)
        if not ready:
            raise ServerSilent(f"no answer within {TIMEOUT_SECONDS:.0f} s")
        for key, _ in ready:
            client = key.data
            answer = client.receive()
            if answer is None:
                continue
            now = time.perf_counter()
            sample.times.append(now - client.started)
            sample.statuses[answer.status] = sample.statuses.get(answer.status, 0) + 1
            if look is not None:
                look(answer)
            goes_on = now - begun < seconds and len(sample.times) + busy <= most
            raw = next(requests, None) if goes_on else None
            if raw is None:
                watch.unregister(client.socket)
                busy -= 1
            else:
                client.send(raw)
    sample.seconds = time.perf_counter() - begun
    watch.close()
    return sample


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    if head[9:12] in {b"204", b"304"}:
        return 0
    raise ServerSilent("an answer without Content-Length cannot be measured")
