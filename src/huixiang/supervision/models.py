"""Supervision: rungs that clocks have reached, the acts they ask for, orders, inspections, instructions, risks."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from huixiang.accounts.encryption import SealedTextField
from huixiang.cases.choices import CLOCK_LABELS
from huixiang.cases.models import Case
from huixiang.rules.ladder import Means, Rung
from huixiang.rules.risks import REPORT_WITHIN, RiskKind
from huixiang.units.models import Region, Unit

PERSON = settings.AUTH_USER_MODEL


class RungLabel(models.TextChoices):
    YELLOW = Rung.YELLOW, "临期"
    RED = Rung.RED, "超时"
    BLACK = Rung.BLACK, "严重超时"


class MeansLabel(models.TextChoices):
    ONLINE = Means.ONLINE, "网络交办"
    PHONE = Means.PHONE, "电话催办"
    WRITTEN = Means.WRITTEN, "书面督办"
    INSPECTION = Means.INSPECTION, "定期查办"


class StepState(models.TextChoices):
    ASKED = "asked", "待办"
    DONE = "done", "已办"
    VOID = "void", "已不需要"


class Alert(models.Model):
    """That a clock reached a rung; recorded once per case, clock, rung and due time, whatever loops run."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="alerts")
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="alerts")
    clock = models.CharField(max_length=20, choices=list(CLOCK_LABELS.items()))
    key = models.CharField(max_length=40, blank=True)
    rung = models.CharField(max_length=10, choices=RungLabel.choices)
    due_at = models.DateTimeField()
    # When the rung was reached, and when a loop recorded it: a late loop shows.
    moment = models.DateTimeField()
    recorded_at = models.DateTimeField()
    # Since when the clock no longer stands on this rung: it stopped, was paused or is due at another time.
    over_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-moment"]
        constraints = [
            models.UniqueConstraint(fields=["case", "clock", "key", "rung", "due_at"], name="one_alert_per_rung"),
        ]
        indexes = [
            models.Index(fields=["unit", "-moment"], name="alert_unit_recent"),
            models.Index(fields=["-moment"], name="alert_recent"),
            models.Index(fields=["unit", "rung"], condition=Q(over_at__isnull=True), name="alert_open"),
            models.Index(fields=["case", "rung"], condition=Q(over_at__isnull=True), name="alert_open_case"),
        ]


class SupervisionStep(models.Model):
    """One human act that the ladder or a supervisor asks for on a case: a call, a letter, an inspection."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="supervision_steps")
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="supervision_steps")
    alert = models.OneToOneField(Alert, null=True, on_delete=models.PROTECT, related_name="step")
    means = models.CharField(max_length=12, choices=MeansLabel.choices)
    state = models.CharField(max_length=8, choices=StepState.choices, default=StepState.ASKED)
    reason = models.CharField(max_length=200)
    asked_at = models.DateTimeField()
    done_by = models.ForeignKey(PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    done_at = models.DateTimeField(null=True)
    # Who was called and what they answered; what was found on site.
    spoken_with = models.CharField(max_length=60, blank=True)
    answer = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["asked_at"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state=StepState.DONE) | (Q(done_by__isnull=False) & Q(done_at__isnull=False)),
                name="done_step_names_who_did_it",
            ),
            models.CheckConstraint(
                condition=~Q(state=StepState.DONE, means=Means.PHONE) | (~Q(spoken_with="") & ~Q(answer="")),
                name="call_records_who_answered_what",
            ),
            models.UniqueConstraint(
                fields=["case", "means"], condition=Q(state=StepState.ASKED), name="one_open_step_per_means"
            ),
        ]
        indexes = [
            models.Index(fields=["state", "means", "asked_at"], name="step_open"),
            models.Index(fields=["unit", "state"], name="step_unit_open"),
        ]


class SigningOffice(models.Model):
    """The name under which a region's office signs its orders; a region without one signs under a name of ours."""

    region = models.OneToOneField(Region, on_delete=models.PROTECT, related_name="signing_office")
    name = models.CharField(max_length=60)
    set_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        ordering = ["region_id"]
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="office_has_a_name")]


class SupervisionOrder(models.Model):
    """A numbered written order (督办函〔2026〕12号) to a unit, with a receipt and an answer clock."""

    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="supervision_orders")
    year = models.PositiveSmallIntegerField()
    serial = models.PositiveIntegerField()
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="supervision_orders")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="supervision_orders")
    step = models.OneToOneField(SupervisionStep, on_delete=models.PROTECT, related_name="order")
    reason = models.CharField(max_length=200)
    demands = models.TextField()
    copy_to = models.CharField(max_length=100, blank=True)
    # The office as it was called when it signed; empty on orders from before it was kept.
    office = models.CharField(max_length=60, blank=True, default="")
    issued_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    issued_at = models.DateTimeField()
    due_at = models.DateTimeField()
    received_by = models.ForeignKey(PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    received_at = models.DateTimeField(null=True)
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey(PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-issued_at"]
        constraints = [
            models.UniqueConstraint(fields=["region", "year", "serial"], name="one_order_per_number"),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True) | ~Q(answer=""), name="answered_order_has_an_answer"
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "answered_at", "due_at"], name="order_unit_open"),
            models.Index(fields=["answered_at", "due_at"], name="order_open"),
        ]

    @property
    def number(self) -> str:
        """How the order is cited: 督办函〔2026〕12号."""
        return f"督办函〔{self.year}〕{self.serial}号"


class Inspection(models.Model):
    """A weekly list of cases to look into on site (定期查办), for one region."""

    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="inspections")
    # The Monday of the week.
    week_on = models.DateField()
    made_by = models.ForeignKey(PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["-week_on"]
        constraints = [models.UniqueConstraint(fields=["region", "week_on"], name="one_inspection_per_week")]


class Finding(models.Model):
    """One case on an inspection list: why it is there, and what was found on site."""

    class Measure(models.TextChoices):
        TALK = "talk", "约谈"
        CIRCULAR = "circular", "通报"
        RAISE = "raise", "提级办理"

    inspection = models.ForeignKey(Inspection, on_delete=models.PROTECT, related_name="findings")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="findings")
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="findings")
    why = models.CharField(max_length=200)
    found = models.TextField(blank=True)
    is_true_to_reply = models.BooleanField(null=True)
    measure = models.CharField(max_length=20, choices=Measure.choices, blank=True)
    by = models.ForeignKey(PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["inspection", "case"], name="one_finding_per_case_and_list"),
            models.CheckConstraint(condition=Q(at__isnull=True) | ~Q(found=""), name="inspected_case_has_a_finding"),
        ]


class Admonition(models.Model):
    """约谈 or 通报: what was said to a unit, openly or face to face, and why."""

    class Kind(models.TextChoices):
        TALK = "talk", "约谈"
        CIRCULAR = "circular", "通报"

    kind = models.CharField(max_length=10, choices=Kind.choices)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="admonitions")
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="admonitions")
    reason = models.CharField(max_length=200)
    text = models.TextField()
    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at"]


class LeaderInstruction(models.Model):
    """A leader's instruction (批示) on a case; internal, sealed, with tasks that have owners and due times."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="instructions")
    leader = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    sealed_text = SealedTextField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at"]


class InstructionTask(models.Model):
    """What one unit has to do because of an instruction, by when, and what it reported back."""

    instruction = models.ForeignKey(LeaderInstruction, on_delete=models.PROTECT, related_name="tasks")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="instruction_tasks")
    task = models.CharField(max_length=300)
    due_at = models.DateTimeField()
    feedback = models.CharField(max_length=1000, blank=True)
    done_by = models.ForeignKey(PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["due_at"]
        constraints = [
            models.CheckConstraint(condition=Q(done_at__isnull=True) | ~Q(feedback=""), name="done_task_has_feedback"),
        ]
        indexes = [models.Index(fields=["unit", "done_at", "due_at"], name="task_unit_open")]


class Risk(models.Model):
    """A case that may become grave, raised by rule or by hand and reported to the leading group's duty person."""

    class Kind(models.TextChoices):
        CROWD = RiskKind.CROWD, "群体矛盾"
        LIFE = RiskKind.LIFE, "生命安全"
        MINORS = RiskKind.MINORS, "未成年人"
        HEAT = RiskKind.HEAT, "关注度高"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="risks")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    why = models.CharField(max_length=200)
    raised_at = models.DateTimeField()
    raised_by = models.ForeignKey(PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    reported_to = models.ForeignKey(PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    reported_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-raised_at"]
        constraints = [models.UniqueConstraint(fields=["case", "kind"], name="one_risk_per_kind_and_case")]
        indexes = [models.Index(fields=["closed_at", "-raised_at"], name="risk_open")]

    @property
    def report_due_at(self) -> datetime:
        """By when the leading group's duty person is to be told."""
        return self.raised_at + REPORT_WITHIN


class DutyRoster(models.Model):
    """Who of the leading group is on duty for a region, from when until when."""

    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="duty_rosters")
    user = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="duties")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    made_by = models.ForeignKey(PERSON, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["starts_at"]
        constraints = [models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="duty_ends_later")]
        indexes = [models.Index(fields=["region", "ends_at"], name="duty_region")]
