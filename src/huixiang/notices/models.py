"""What we tell people: one row per recipient and channel, whether it went out, and what stood in the way."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from huixiang.accounts.encryption import SealedTextField
from huixiang.units.models import Unit


class Channel(models.TextChoices):
    IN_APP = "in_app", "站内消息"
    SMS = "sms", "短信"
    EMAIL = "email", "电子邮件"
    WECOM = "wecom", "企业微信群机器人"
    DINGTALK = "dingtalk", "钉钉群机器人"


HOOK_CHANNELS = [Channel.WECOM, Channel.DINGTALK]


class Choice(models.TextChoices):
    """How somebody wants a channel to be used."""

    EACH = "each", "逐条发送"
    DIGEST = "digest", "每天汇总一次"
    OFF = "off", "不发送"


class Hook(models.Model):
    """A group robot of a unit: its notices also go to the unit's group; address and secret are sealed."""

    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="hooks")
    kind = models.CharField(max_length=10, choices=[(c.value, c.label) for c in HOOK_CHANNELS])
    sealed_url = SealedTextField()
    sealed_secret = SealedTextField(blank=True, default="")
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["unit_id", "kind"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "kind"], name="one_hook_per_unit_and_kind"),
            models.CheckConstraint(condition=Q(kind__in=HOOK_CHANNELS), name="hook_kind_known"),
        ]


class Preference(models.Model):
    """How one person wants one channel used; without a row each notice is sent. In-app cannot be turned off."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notice_preferences")
    channel = models.CharField(max_length=10, choices=Channel.choices)
    choice = models.CharField(max_length=10, choices=Choice.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "channel"], name="one_preference_per_channel"),
            models.CheckConstraint(
                condition=Q(channel=Channel.EMAIL) | Q(channel=Channel.SMS, choice__in=[Choice.EACH, Choice.OFF]),
                name="only_email_comes_as_a_digest",
            ),
        ]


class Notice(models.Model):
    """One message to one person (or one unit's group) over one channel; `key` makes sure nobody is told twice.

    It ends in one of three ways: `sent_at`, `given_up_at` (listed, can be sent again), `dropped_at` (no longer true).
    """

    key = models.CharField(max_length=120, unique=True)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="notices")
    hook = models.ForeignKey(Hook, null=True, on_delete=models.CASCADE, related_name="notices")
    sealed_phone = SealedTextField(blank=True, default="")
    subject = models.CharField(max_length=80)
    body = models.TextField()
    url = models.CharField(max_length=200, blank=True)
    # The case and the ledger event that it tells; they live above this room, so they are numbers here.
    case_id = models.BigIntegerField(null=True)
    event_id = models.BigIntegerField(null=True)
    # The unit as whose member the person was told.
    unit = models.ForeignKey(Unit, null=True, on_delete=models.CASCADE, related_name="notices")
    # Does not wait for the morning.
    is_urgent = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    given_up_at = models.DateTimeField(null=True)
    dropped_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)
    # Set while a sender has it; still set when it is due again, nobody knows whether it went out.
    claimed_at = models.DateTimeField(null=True)
    may_be_repeat = models.BooleanField(default=False)
    last_error = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(channel=Channel.IN_APP, user__isnull=False)
                | Q(channel=Channel.SMS)
                | Q(channel=Channel.EMAIL, user__isnull=False)
                | Q(channel__in=HOOK_CHANNELS, hook__isnull=False),
                name="notice_has_a_recipient",
            ),
            models.CheckConstraint(
                condition=Q(sent_at=None, given_up_at=None)
                | Q(sent_at=None, dropped_at=None)
                | Q(given_up_at=None, dropped_at=None),
                name="notice_ends_in_one_way",
            ),
        ]
        indexes = [
            models.Index(fields=["user", "read_at", "-created_at"], name="notice_inbox"),
            models.Index(
                fields=["next_try_at"],
                condition=Q(sent_at__isnull=True, given_up_at__isnull=True, dropped_at__isnull=True),
                name="notice_waiting",
            ),
            models.Index(fields=["-created_at"], condition=Q(given_up_at__isnull=False), name="notice_given_up"),
            models.Index(fields=["event_id", "unit"], name="notice_of_event"),
        ]


class Escalation(models.Model):
    """The watch over whether a unit has read a grave notice: else its deputy is told, then the superior unit's head."""

    class Level(models.IntegerChoices):
        TOLD = 0, "已通知单位"
        DEPUTY = 1, "已通知代理人或负责人"
        SUPERIOR = 2, "已通知上级单位负责人"

    event_id = models.BigIntegerField()
    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="escalations")
    level = models.PositiveSmallIntegerField(choices=Level.choices, default=Level.TOLD)
    created_at = models.DateTimeField()
    # When to look again; null once it is over, and then `ended_because` says why.
    next_at = models.DateTimeField(null=True)
    ended_because = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["event_id", "unit"], name="one_escalation_per_event_and_unit"),
        ]
        indexes = [
            models.Index(fields=["next_at"], condition=Q(next_at__isnull=False), name="escalation_due"),
        ]
