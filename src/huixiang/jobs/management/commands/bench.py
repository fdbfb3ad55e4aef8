"""`./huixiang bench web|clocks|triage|gate`: measure the product, against bare yardsticks beside it."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser


class Command(BaseCommand):
    help = "Fill a throwaway PostgreSQL, serve it with the production server, drive it and print what it can do."
    # The command itself has no database; it makes one for the server that it starts.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["web", "clocks", "triage", "gate"])
        parser.add_argument("--cases", type=int, default=100_000, help="how many (default: 100000)")
        parser.add_argument("--database", default="pgserver", help="URL of a PostgreSQL where databases may be made")
        parser.add_argument("--seconds", type=float, default=8.0, help="for each page and number of clients")
        parser.add_argument("--only", action="append", default=[], metavar="NAME", help="pages with NAME in their name")
        parser.add_argument("--json", default="", metavar="FILE", help="write the figures there too")
        sizes = "clocks: open cases; triage: messages (repeatable)"
        parser.add_argument("--size", type=int, action="append", default=[], help=sizes)
        parser.add_argument("--due", type=int, default=10_000, help="clocks: how many are due (default: 10000)")
        parser.add_argument("--messages", default="", metavar="FILE", help="triage: real messages (JSON Lines)")
        parser.add_argument("--jobs", type=int, default=2, help="triage: processes of the filter (default: 2)")
        parser.add_argument("--no-database", action="store_true", help="triage: leave out what needs PostgreSQL")
        parser.add_argument("--no-growth", action="store_true", help="measure no second, smaller size")

    def handle(self, *args: Any, **options: Any) -> None:
        """Measure and print the report."""
        if options["what"] == "clocks":
            self.stdout.write(self._clocks(options))
            return
        if options["what"] == "gate":
            from bench import gate

            self.stdout.write(gate.run().words())
            return
        if options["what"] == "triage":
            self.stdout.write(self._triage(options))
            return
        from bench import web

        if options["cases"] < 50 or options["seconds"] <= 0:
            raise CommandError("at least 50 cases and some time are needed")
        asked = web.Options(
            cases=options["cases"],
            database=options["database"],
            seconds=options["seconds"],
            only=options["only"],
            json_file=options["json"],
            growth=not options["no_growth"],
        )
        report = web.run(asked, lambda line: print(f"bench: {line}", file=sys.stderr, flush=True))
        self.stdout.write(report)

    def _triage(self, options: dict[str, Any]) -> str:
        from bench import triage

        cases = 0 if options["no_database"] else options["cases"]
        sizes = [] if options["no_growth"] else options["size"] or list(triage.SIZES)
        asked = triage.Options(options["messages"], options["jobs"], sizes, cases, options["database"])
        return triage.run(asked)

    def _clocks(self, options: dict[str, Any]) -> str:
        from bench import clocks

        sizes = options["size"] or list(clocks.SIZES)
        if options["due"] < 1 or min(sizes) < options["due"]:
            raise CommandError("no size may be smaller than the number of due cases, and that is at least 1")
        return clocks.run(clocks.Options(options["database"], sizes, options["due"]))
