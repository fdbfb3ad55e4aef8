"""Regions, topics, units and who answers for what, where; who works where, as what."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from huixiang.accounts.roles import ADMIN_ROLES, REGION_ROLES, UNIT_ROLES, Role
from huixiang.rules.clocks import ClockKind


class Level(models.TextChoices):
    PROVINCE = "province", "省"
    PREFECTURE = "prefecture", "市州"
    COUNTY = "county", "县市区"
    TOWNSHIP = "township", "乡镇街道"


class Region(models.Model):
    """An administrative division; the code of a division begins with the code of the one above it."""

    code = models.CharField(primary_key=True, max_length=12)
    name = models.CharField(max_length=40)
    short_name = models.CharField(max_length=40)
    level = models.CharField(max_length=12, choices=Level.choices)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    # "湖南省/长沙市/岳麓区": what people read; kept here because lists show it in every row.
    full_name = models.CharField(max_length=120)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name

    @property
    def readable(self) -> str:
        """The name without the province: 长沙市岳麓区."""
        return "".join(self.full_name.split("/")[1:]) or self.name


class Topic(models.Model):
    """A subject of messages, in two levels; its words are the evidence for suggesting it."""

    code = models.CharField(primary_key=True, max_length=60)
    name = models.CharField(max_length=40)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    words = models.JSONField(default=list)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class UnitQuerySet(models.QuerySet["Unit"]):
    def active(self) -> "UnitQuerySet":
        """Units that can be given cases."""
        return self.filter(is_active=True)

    def below(self, unit: "Unit") -> "UnitQuerySet":
        """The unit's own tree: itself and everything under it."""
        return self.filter(path__startswith=unit.path)


class Unit(models.Model):
    """A government body, school or company that answers messages."""

    key = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=80)
    short_name = models.CharField(max_length=40)
    kind = models.CharField(max_length=40)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="units")
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    # "/3/17/": ids from the root down, so that a tree is one prefix.
    path = models.CharField(max_length=120, db_index=True, default="/")
    about = models.CharField(max_length=200, blank=True)
    duty_phone = models.CharField(max_length=40, blank=True)
    is_active = models.BooleanField(default=True)

    objects = UnitQuerySet.as_manager()

    class Meta:
        ordering = ["path"]

    def __str__(self) -> str:
        return self.name


class Remit(models.Model):
    """That a unit answers for a topic in a region and everything below it (权责清单)."""

    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="remits")
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, related_name="remits")
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="remits")
    basis = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "topic", "region"], name="one_remit_per_topic_region")]


class OfficeHolder(models.Model):
    """A person in office to whom a message of the 问政 column can be addressed."""

    name = models.CharField(max_length=20)
    title = models.CharField(max_length=40)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="office_holders")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="office_holders")
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["region_id", "pk"]

    def __str__(self) -> str:
        return f"{self.name}（{self.title}）"


class Membership(models.Model):
    """That a person holds a role, for a unit or for a region, until a date."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices)
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="memberships")
    region = models.ForeignKey(Region, null=True, on_delete=models.PROTECT, related_name="memberships")
    starts_at = models.DateTimeField(auto_now_add=True)
    ends_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=(
                    Q(role__in=sorted(UNIT_ROLES), unit__isnull=False, region__isnull=True)
                    | Q(role__in=sorted(REGION_ROLES), unit__isnull=True, region__isnull=False)
                    | Q(role__in=sorted(ADMIN_ROLES), unit__isnull=True, region__isnull=True)
                ),
                name="role_has_its_scope",
            ),
            models.UniqueConstraint(
                fields=["user"], condition=Q(role__in=sorted(ADMIN_ROLES)), name="three_admins_exclude_each_other"
            ),
            models.UniqueConstraint(fields=["user", "role", "unit"], name="one_membership_per_unit"),
            models.UniqueConstraint(fields=["user", "role", "region"], name="one_membership_per_region"),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")), name="membership_ends_later"
            ),
        ]


class DelegationQuerySet(models.QuerySet["Delegation"]):
    def running(self, at: datetime) -> "DelegationQuerySet":
        """Delegations in force at `at`, of people whose account is in use."""
        return self.filter(starts_at__lte=at, ends_at__gt=at, from_user__is_active=True)


class Delegation(models.Model):
    """That one person stands in for another until a date (代理), with their unit and region roles."""

    from_user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="delegations_given")
    to_user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="delegations_taken")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reason = models.CharField(max_length=200)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = DelegationQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_at"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="delegation_ends_later"),
            models.CheckConstraint(condition=~Q(from_user=F("to_user")), name="nobody_delegates_to_themself"),
        ]
        indexes = [models.Index(fields=["to_user", "ends_at"], name="delegation_taken")]


class ServiceStandard(models.Model):
    """One figure of a region's service standard (see `rules.standards`); replaced by a later row, never changed."""

    region_code = models.CharField(max_length=12)
    clock = models.CharField(max_length=20, choices=[(c, c) for c in ClockKind])
    lane = models.CharField(max_length=10, blank=True)
    kind = models.CharField(max_length=12, blank=True)
    column_code = models.CharField(max_length=20, blank=True)
    span = models.JSONField()
    yellow_share = models.FloatField(null=True)
    yellow_days = models.PositiveSmallIntegerField(null=True)
    source = models.CharField(max_length=200)
    effective_from = models.DateField()
    effective_to = models.DateField(null=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["clock", "region_code", "lane", "column_code", "kind", "effective_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["region_code", "clock", "lane", "kind", "column_code", "effective_from"],
                name="one_standard_per_day_it_starts",
            ),
            models.UniqueConstraint(
                fields=["region_code", "clock", "lane", "kind", "column_code"],
                condition=Q(effective_to__isnull=True),
                name="one_open_ended_standard",
            ),
            models.CheckConstraint(
                condition=Q(effective_to__isnull=True) | Q(effective_to__gt=F("effective_from")),
                name="standard_ends_later",
            ),
            models.CheckConstraint(condition=~Q(source=""), name="standard_names_its_source"),
        ]


class PublishFirstLimit(models.Model):
    """How many replies a unit may have out before they are approved; replaced by a later row, never changed."""

    # Like standards, the province's row is there before its regions are.
    region_code = models.CharField(max_length=12)
    most = models.PositiveSmallIntegerField()
    source = models.CharField(max_length=200)
    effective_from = models.DateField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["region_code", "effective_from"]
        constraints = [
            models.UniqueConstraint(fields=["region_code", "effective_from"], name="one_publish_first_limit_per_day"),
            models.CheckConstraint(condition=~Q(source=""), name="publish_first_limit_names_its_source"),
        ]


class CalendarYear(models.Model):
    """One year's exceptions to Monday-to-Friday, as the State Council announced them; staff may edit it."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    rest = models.JSONField(default=list)
    workdays = models.JSONField(default=list)
    source = models.CharField(max_length=200)

    class Meta:
        ordering = ["year"]


class RuleVersion(models.Model):
    """A new number with every change of standards or calendar, so that each process reads them anew."""

    value = models.PositiveIntegerField(default=0)
