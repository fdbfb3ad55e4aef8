"""What the reply gate keeps: each check of a reply with its findings, overrides, the four lessons, and promises."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from huixiang.units.models import Unit

from .gate_choices import CheckMoment, CommitmentState, FindingCode, OverrideState, RootCause
from .gate_querysets import CommitmentQuerySet


class ReplyCheck(models.Model):
    """One judgement of one text of a reply, written when it goes to review and again when it is published.

    A clean reply has a check without findings. `demands` is a list of {span, kind, asks, answered, part};
    `elements` maps facts, empathy, action, overview, responsibility, progress, prevention to whether they stand there.
    """

    reply = models.ForeignKey("cases.Reply", on_delete=models.PROTECT, related_name="checks")
    version = models.PositiveIntegerField()
    moment = models.CharField(max_length=12, choices=CheckMoment.choices)
    at = models.DateTimeField()
    # Whether a finding of severity 2 stands, so that the reply goes out only by an approved override.
    is_held = models.BooleanField()
    demands = models.JSONField(default=list)
    elements = models.JSONField(default=dict)
    outcome = models.CharField(max_length=12, blank=True)
    is_forward_only = models.BooleanField(default=False)
    # What could not be judged, and why, in words.
    narrowed = models.JSONField(default=list)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["reply", "-at"], name="check_of_reply"),
            models.Index(fields=["moment", "-at"], name="check_recent"),
        ]


class ReefFinding(models.Model):
    """One fault of one text: its words with their place, or the named absence; the reason and the cure.

    `reply.body[start:end] == span` for the version that was checked; both places are null for an absence.
    """

    # `check_run`, for Django's models keep the name `check` to themselves.
    check_run = models.ForeignKey(ReplyCheck, on_delete=models.PROTECT, related_name="findings")
    reply = models.ForeignKey("cases.Reply", on_delete=models.PROTECT, related_name="findings")
    version = models.PositiveIntegerField()
    code = models.CharField(max_length=20, choices=FindingCode.choices)
    severity = models.PositiveSmallIntegerField()
    span = models.TextField(blank=True)
    start = models.PositiveIntegerField(null=True)
    end = models.PositiveIntegerField(null=True)
    absence = models.CharField(max_length=200, blank=True)
    why = models.CharField(max_length=500)
    cure = models.CharField(max_length=500)
    root_cause = models.CharField(max_length=10, choices=RootCause.choices)
    # The other reply of a contradiction, a copy or a repetition.
    other_reply = models.ForeignKey("cases.Reply", null=True, on_delete=models.PROTECT, related_name="+")
    # Chance that the trained model gives a reef, 0 to 1; null for what rules alone find.
    probability = models.FloatField(null=True)
    evidence = models.JSONField(default=list)

    class Meta:
        ordering = ["-severity", "start", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(severity__in=[1, 2]), name="finding_severity_is_1_or_2"),
            models.CheckConstraint(
                condition=(~Q(span="") & Q(start__isnull=False, end__gt=F("start")))
                | (Q(span="", start=None, end=None) & ~Q(absence="")),
                name="finding_shows_its_words_or_names_the_absence",
            ),
        ]
        indexes = [
            models.Index(fields=["reply", "version"], name="finding_of_version"),
            models.Index(fields=["code", "severity"], name="finding_code"),
        ]

    @property
    def is_grave(self) -> bool:
        """Whether this finding alone holds the reply back."""
        return self.severity == 2  # noqa: PLR2004 - the rubric's own figure

    @property
    def label(self) -> str:
        """The Chinese name of the fault."""
        return FindingCode(self.code).label


class GateOverride(models.Model):
    """A request, with its reason, to publish one held text all the same, and another person's decision.

    It covers the faults in `codes` of the text number `version`; a changed text or a new grave fault needs a new one.
    """

    reply = models.ForeignKey("cases.Reply", on_delete=models.PROTECT, related_name="overrides")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField()
    codes = models.JSONField(default=list)
    # A four-lessons entry "not applicable" is decided one level above the unit.
    needs_superior = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=OverrideState.choices, default=OverrideState.ASKED)
    reason = models.CharField(max_length=500)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-asked_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("asked_by")), name="override_is_approved_by_another"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[OverrideState.APPROVED, OverrideState.REFUSED])
                | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="decided_override_names_who_and_when",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="override_has_a_reason"),
            models.UniqueConstraint(
                fields=["reply"], condition=Q(state__in=OverrideState.open()), name="one_open_override_per_reply"
            ),
        ]
        indexes = [
            models.Index(fields=["state", "asked_at"], name="override_state_age"),
            models.Index(fields=["unit", "state", "-asked_at"], name="override_unit"),
        ]


class FourLessons(models.Model):
    """四不放过: what a final reply to a complaint, a danger or a repeated case rests on; internal, never public.

    A field named in `not_applicable` holds the reason why it does not apply.
    """

    reply = models.OneToOneField("cases.Reply", on_delete=models.CASCADE, related_name="lessons")
    cause = models.CharField(max_length=500, blank=True)
    responsible_person = models.CharField(max_length=500, blank=True)
    remedy = models.CharField(max_length=500, blank=True)
    lesson = models.CharField(max_length=500, blank=True)
    not_applicable = models.JSONField(default=list)
    updated_at = models.DateTimeField()


class Commitment(models.Model):
    """One dated promise of a reply: confirmed by its author, open once the reply is out, kept when proven.

    `reply.body[start:end] == what` where it was found in the text; null where it was written in the field of its own.
    """

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="commitments")
    reply = models.ForeignKey("cases.Reply", on_delete=models.PROTECT, related_name="commitments")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="commitments")
    what = models.CharField(max_length=300)
    start = models.PositiveIntegerField(null=True)
    end = models.PositiveIntegerField(null=True)
    due_on = models.DateField()
    state = models.CharField(max_length=10, choices=CommitmentState.choices, default=CommitmentState.CONFIRMED)
    opened_at = models.DateTimeField(null=True)
    kept_at = models.DateTimeField(null=True)
    kept_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    evidence = models.CharField(max_length=500, blank=True)

    objects = CommitmentQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=CommitmentState.unpublished()) | Q(opened_at__isnull=False),
                name="public_commitment_has_its_time",
            ),
            models.CheckConstraint(
                condition=~Q(state=CommitmentState.KEPT) | (Q(kept_at__isnull=False) & ~Q(evidence="")),
                name="kept_commitment_has_time_and_evidence",
            ),
            models.UniqueConstraint(fields=["reply", "what"], name="one_commitment_per_words"),
        ]
        indexes = [
            models.Index(fields=["unit", "state", "due_on"], name="commitment_unit_due"),
            models.Index(fields=["case", "state"], name="commitment_case"),
        ]
