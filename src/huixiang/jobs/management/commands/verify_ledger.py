"""Proves that the ledger is what was written, or names the first place where it is not."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from huixiang.cases import ledger


class Command(BaseCommand):
    help = "Recompute every hash chain and every seal of the ledger, and the counts that events keep."

    def handle(self, *args: Any, **options: Any) -> None:
        events, found = ledger.verify()
        if found:
            raise CommandError(f"ledger broken at {found.where}: {found.why} ({events} events read before it)")
        kept, counted = ledger.public_counts(), ledger.recount_public()
        if kept != counted:
            raise CommandError(
                f"the events counted {kept[0]} public cases, {kept[1]} of them answered;"
                f" there are {counted[0]} and {counted[1]}"
            )
        self.stdout.write(f"ledger intact: {events} events, every chain and seal holds; {kept[0]} public cases counted")
