"""People who sign in: citizens by phone and SMS code, staff by name and password."""

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q

from .encryption import SealedTextField


class Kind(models.TextChoices):
    CITIZEN = "citizen", "群众"
    STAFF = "staff", "工作人员"


class UserManager(BaseUserManager["User"]):
    def create_staff(
        self, username: str, password: str, display_name: str, *, has_given_password: bool = False
    ) -> "User":
        """A new staff account with a hashed password."""
        user = User(
            username=username, display_name=display_name, kind=Kind.STAFF, has_given_password=has_given_password
        )
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A person with an account; what they may do stands in `units.Membership`."""

    username = models.CharField("登录名", max_length=64, unique=True)
    display_name = models.CharField("姓名", max_length=40)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.CITIZEN)
    phone = SealedTextField("手机号", blank=True, default="")
    phone_hash = models.CharField(max_length=64, null=True, unique=True)
    email = SealedTextField("电子邮箱", blank=True, default="")
    is_active = models.BooleanField(default=True)
    # Another person has seen the password: the desk stays closed until its owner has chosen one.
    has_given_password = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["display_name"]
    objects = UserManager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="user_kind_known"),
            models.CheckConstraint(
                condition=Q(kind=Kind.STAFF) | Q(phone_hash__isnull=False), name="citizen_has_a_confirmed_phone"
            ),
        ]

    @property
    def is_staff_member(self) -> bool:
        """Whether this is an account of the workbench."""
        return self.kind == Kind.STAFF


class SmsCode(models.Model):
    """A code sent to a phone; only hashes are stored, and it works once."""

    phone_hash = models.CharField(max_length=64)
    purpose = models.CharField(max_length=20)
    code_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["phone_hash", "purpose", "-created_at"], name="smscode_latest")]


class Attempt(models.Model):
    """One counted try of something limited (sign-in, SMS, look-up); rows expire with their window."""

    key = models.CharField(max_length=100)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["key", "at"], name="attempt_window")]
