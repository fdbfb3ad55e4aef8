"""Opening and closing staff accounts; passwords are made here, shown once and never stored in the clear."""

import re
import secrets

from django.db import IntegrityError, transaction

from ..models import Kind, User

# No letters and digits that look alike on paper.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
USERNAME = re.compile(r"[\w.\-]{2,32}")


class NotOpened(Exception):
    """The account cannot be opened or closed so; `message` says why, `field` where on the form."""

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.field = field


def open_staff(username: str, display_name: str) -> tuple[User, str]:
    """A new staff account without any role, and its password, which nobody can read again."""
    if not USERNAME.fullmatch(username):
        raise NotOpened("登录名用2到32个汉字、字母、数字，可以带点和短横线。", field="new_username")
    if not display_name.strip():
        raise NotOpened("请填写姓名。", field="display_name")
    password = one_time_password()
    try:
        with transaction.atomic():
            user = User.objects.create_staff(username, password, display_name.strip(), has_given_password=True)
            return user, password
    except IntegrityError as error:
        raise NotOpened(f"登录名“{username}”已经有人用了，请换一个。", field="new_username") from error


def renew_password(user: User, *, by: User) -> str:
    """A fresh password for a colleague who lost theirs; the old one and all their sessions stop working."""
    _check_other(user, by)
    password = one_time_password()
    user.set_password(password)
    user.has_given_password = True
    user.save(update_fields=["password", "has_given_password"])
    return password


def choose_password(user: User, password: str) -> None:
    """The password its owner has chosen, in place of the one before."""
    user.set_password(password)
    user.has_given_password = False
    user.save(update_fields=["password", "has_given_password"])


def close(user: User, *, by: User) -> None:
    """Closes a staff account: it cannot sign in and its sessions end; what it did stays in the records."""
    _check_other(user, by)
    if User.objects.filter(pk=user.pk, is_active=True).update(is_active=False) != 1:
        raise NotOpened("这个账号已经停用了。")


def reopen(user: User, *, by: User) -> None:
    """Opens a closed staff account again, with its old password and the roles that are still in force."""
    _check_other(user, by)
    if User.objects.filter(pk=user.pk, is_active=False).update(is_active=True) != 1:
        raise NotOpened("这个账号没有停用。")


def one_time_password() -> str:
    """Sixteen letters in groups of four, about 79 bits, easy to read aloud."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(4))


def _check_other(user: User, by: User) -> None:
    if user.kind != Kind.STAFF:
        raise NotOpened("这不是工作人员账号。")
    if user.pk == by.pk:
        raise NotOpened("不能对自己的账号这样操作，请由另一位安全管理员操作。")
