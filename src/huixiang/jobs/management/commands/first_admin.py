"""Opens the first account of a new site: a security administrator, who then opens all others at the desk."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from huixiang.accounts.actions.opening import NotOpened, open_staff
from huixiang.accounts.roles import Role
from huixiang.units.models import Membership


class Command(BaseCommand):
    help = "Open the first security administrator and print the password once; refused when there is one already."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("name", help="the person's name")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        if Membership.objects.filter(role=Role.SECURITY_ADMIN, user__is_active=True).exists():
            raise CommandError("there is a security administrator already; they open further accounts at /desk/people/")
        try:
            user, password = open_staff(options["username"], options["name"])
        except NotOpened as error:
            raise CommandError(error.message) from error
        Membership.objects.create(user=user, role=Role.SECURITY_ADMIN)
        self.stdout.write(f"account: {user.username}\npassword (shown only now): {password}\nsign in at /desk/sign-in/")
