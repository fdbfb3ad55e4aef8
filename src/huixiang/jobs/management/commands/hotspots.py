"""`huixiang hotspots [FILE|-]`: messages as JSON Lines in, groups about one matter out, the hottest first."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from huixiang.nlp.hotspots import Post, hotspots
from huixiang.nlp.lines import hotspot_line, posts

from .triage import opened


class Command(BaseCommand):
    help = "Group messages (JSON Lines) about one concrete matter, name the groups and say how hot they are."
    requires_system_checks: list[str] = []  # noqa: RUF012 – as Django declares it

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", default="-", help="JSON Lines with id, title, detail, optional time, "
                            "user, likes, dislikes; - reads standard input")  # fmt: skip
        parser.add_argument("--least", type=int, default=2, help="smallest group to print (2); 1 prints all messages")

    def handle(self, *args: Any, **options: Any) -> None:
        with opened(options["file"]) as lines:
            read = list(posts(lines))
        for bad in (line for line in read if isinstance(line, str)):
            sys.stdout.write(bad + "\n")
        found = hotspots([post for post in read if isinstance(post, Post)])
        for number, spot in enumerate((s for s in found if len(s.ids) >= options["least"]), 1):
            sys.stdout.write(hotspot_line(spot, number) + "\n")
