"""`./huixiang demo`: a whole town on one machine, in one foreground process."""

import time
from typing import Any
from unicodedata import east_asian_width

from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from huixiang.jobs.foreground import ChildDied, Children, SiteSilent, StopSignal, is_free, next_free_port
from huixiang.jobs.seeding import sign_ins

FIRST_PORT = 8000
START_SECONDS = 90.0


def columns(text: str) -> int:
    """How many terminal columns a text takes: two for each Chinese character."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def padded(text: str, width: int) -> str:
    """The text, filled with blanks to so many terminal columns."""
    return text + " " * (width - columns(text))


class Command(BaseCommand):
    help = "Set up a demo town, start the site and its background loops, and print one sign-in per role."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, help=f"default: {FIRST_PORT}, or the next free one")

    def handle(self, *args: Any, **options: Any) -> None:
        """Prepare, start, print, stay; a clean stop is a success, a dead child is not."""
        host: str = options["host"]
        port = self._port(host, options["port"])
        self._prepare()
        stop = StopSignal()
        children = Children()
        self._say("正在启动网站……", "starting the site")
        try:
            children.start("web", ["serve", f"--host={host}", f"--port={port}"], {"GRANIAN_LOG_LEVEL": "warning"})
            children.start("loops", ["run_loops"])
            children.wait_for_site("127.0.0.1" if host == "0.0.0.0" else host, port, START_SECONDS, stop.is_absent)  # noqa: S104
            if stop.is_absent():
                self._welcome(host, port)
            children.watch(stop.is_absent)
        except (ChildDied, SiteSilent) as problem:
            raise CommandError(f"演示已停止 / the demo has stopped: {problem}") from problem
        finally:
            children.stop()
        self._say("演示已结束，数据保留在本机，下次启动可接着用。", "stopped; the demo data stays for the next start")

    def _say(self, chinese: str, english: str) -> None:
        self.stdout.write(f"{chinese} ({english})")
        self.stdout.flush()

    def _port(self, host: str, wanted: int | None) -> int:
        """The port asked for, or the first free one; a taken port is refused by name."""
        if wanted is None:
            return next_free_port(host, FIRST_PORT)
        if not is_free(host, wanted):
            raise CommandError(f"端口 {wanted} 已被占用 / port {wanted} is taken")
        return wanted

    def _prepare(self) -> None:
        """Bring the database up to date and fill it when nobody lives there yet."""
        self._say("正在准备数据库……", "preparing the database")
        call_command("migrate", interactive=False, verbosity=0)
        if not get_user_model().objects.exists():
            self._say("正在建立演示城市，约需一分钟……", "filling the demo town, about a minute")
            started = time.monotonic()
            call_command("seed")
            self._say("演示城市已建好。", f"filled in {time.monotonic() - started:.0f} s")
        connections.close_all()

    def _welcome(self, host: str, port: int) -> None:
        """Where to look and who to be."""
        shown = "127.0.0.1" if host == "0.0.0.0" else host  # noqa: S104
        lines = ["", f"回响已就绪 / Huixiang is ready: http://{shown}:{port}/", ""]
        lines.append("演示账号（仅供演示） / sign-ins, for this demo only:")
        rows = [(role, f"{username} / {password}", purpose) for role, username, password, purpose in sign_ins()]
        widths = [max((columns(row[part]) for row in rows), default=0) for part in (0, 1)]
        for role, account, purpose in rows:
            lines.append(f"  {padded(role, widths[0])}  {padded(account, widths[1])}  {purpose}")
        lines += ["", "按 Ctrl-C 结束 / press Ctrl-C to stop", ""]
        self.stdout.write("\n".join(lines))
        self.stdout.flush()
