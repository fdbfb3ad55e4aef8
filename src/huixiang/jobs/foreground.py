"""Child processes that live and die with the foreground process that started them."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import FrameType

SOURCE = Path(__file__).resolve().parents[2]
GRACE_SECONDS = 15.0


class ChildDied(Exception):
    """A child ended although nobody asked it to; carries its name and exit code."""


class SiteSilent(Exception):
    """The site did not answer in time."""


def is_free(host: str, port: int) -> bool:
    """Whether nobody listens on the port yet."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def next_free_port(host: str, first: int) -> int:
    """The first free port from `first` on, looking at a hundred; OSError if all are taken."""
    for port in range(first, first + 100):
        if is_free(host, port):
            return port
    raise OSError(f"no free port from {first} to {first + 99}")


class Children:
    """A few of our own commands in the background, stopped together."""

    def __init__(self) -> None:
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(
        self,
        name: str,
        arguments: Sequence[str],
        env: Mapping[str, str] | None = None,
        output: int | None = None,
    ) -> None:
        """Start `python -m huixiang ARGUMENTS`, in a session of its own so that Ctrl-C reaches it through us only."""
        full_env = {**os.environ, **(env or {}), "PYTHONPATH": str(SOURCE), "PYTHONUNBUFFERED": "1"}
        self._processes[name] = subprocess.Popen(
            [sys.executable, "-m", "huixiang", *arguments],
            env=full_env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )

    def check(self) -> None:
        """Raise ChildDied if one of them has ended."""
        for name, process in self._processes.items():
            code = process.poll()
            if code is not None:
                raise ChildDied(f"{name} ended with exit code {code}")

    def watch(self, keep_going: Callable[[], bool]) -> None:
        """Stay until told to stop; raises ChildDied when a child ends first."""
        while keep_going():
            self.check()
            time.sleep(0.3)

    def wait_for_site(
        self, host: str, port: int, seconds: float, keep_going: Callable[[], bool] = lambda: True
    ) -> None:
        """Return when the site answers a GET of its home page; ChildDied or SiteSilent say why it does not."""
        deadline = time.monotonic() + seconds
        status: int | str = "no connection"
        while time.monotonic() < deadline and keep_going():
            self.check()
            connection = http.client.HTTPConnection(host, port, timeout=10)
            try:
                connection.request("GET", "/")
                status = connection.getresponse().status
            except (OSError, http.client.HTTPException) as problem:
                status = str(problem)
            finally:
                connection.close()
            if isinstance(status, int) and status < 500:
                return
            time.sleep(0.3)
        if keep_going():
            raise SiteSilent(f"http://{host}:{port}/ did not answer within {seconds:.0f} s (last: {status})")

    def stop(self) -> None:
        """Ask all to end, wait a while, and end those that did not listen."""
        for process in self._processes.values():
            if process.poll() is None:
                process.terminate()
        deadline = time.monotonic() + GRACE_SECONDS
        for process in self._processes.values():
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                # The whole session: a server's workers must not outlive it and keep the port.
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


class StopSignal:
    """Turns Ctrl-C, a closed terminal and SIGTERM into one flag."""

    def __init__(self) -> None:
        self.received = False
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._note)

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        self.received = True

    def is_absent(self) -> bool:
        """Whether nobody has asked us to stop."""
        return not self.received
