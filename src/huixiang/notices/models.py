"""What we tell people: one row per recipient and channel, whether it went out, and what stood in the way."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from huixiang.accounts.encryption import SealedTextField


class Channel(models.TextChoices):
    IN_APP = "in_app", "站内消息"
    SMS = "sms", "短信"


class Notice(models.Model):
    """One message to one person over one channel; `key` makes sure that an event tells nobody twice."""

    key = models.CharField(max_length=120, unique=True)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="notices")
    sealed_phone = SealedTextField(blank=True, default="")
    subject = models.CharField(max_length=80)
    body = models.CharField(max_length=500)
    url = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(channel=Channel.IN_APP, user__isnull=False) | Q(channel=Channel.SMS),
                name="in_app_notice_has_a_reader",
            )
        ]
        indexes = [
            models.Index(fields=["user", "read_at", "-created_at"], name="notice_inbox"),
            models.Index(fields=["next_try_at"], condition=Q(sent_at__isnull=True), name="notice_to_send"),
        ]
