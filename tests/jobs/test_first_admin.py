"""The first account of a new site."""

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command

from huixiang.accounts.roles import Role
from huixiang.units.models import Membership


def test_first_admin_can_sign_in_with_the_printed_password(db, capsys):
    call_command("first_admin", "anquan", "安全管理员")
    said = dict(line.split(": ", 1) for line in capsys.readouterr().out.splitlines() if ": " in line)
    assert authenticate(username="anquan", password=said["password (shown only now)"]) is not None
    assert Membership.objects.get().role == Role.SECURITY_ADMIN


def test_second_first_admin_is_refused(db):
    call_command("first_admin", "anquan", "安全管理员")
    with pytest.raises(CommandError, match="/desk/people/"):
        call_command("first_admin", "another", "另一位")
