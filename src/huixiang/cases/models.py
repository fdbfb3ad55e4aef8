"""The case: a citizen's message with its state, its assignments, replies and ledger (design domain §C1)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from huixiang.accounts.encryption import SealedTextField
from huixiang.rules.lifecycle import ENDED, State, Step
from huixiang.units.models import OfficeHolder, Region, Topic, Unit

from .choices import (
    STATE_LABELS,
    STEP_LABELS,
    AssignmentRole,
    AssignmentState,
    AttachmentKind,
    Lane,
    MessageKind,
    PauseReason,
    ReplyKind,
    ReplyState,
    Resolution,
    SupplementState,
    Urgency,
    Visibility,
)
from .querysets import CaseQuerySet, Prefecture, ReplyQuerySet

UNSUBMITTED_UNIT_STATES = [State.ASSIGNED, State.OBJECTED, State.HANDLING, State.PAUSED, State.TRACKING]


class Column(models.Model):
    """A column (栏目) in which messages are left; everything about it is data."""

    code = models.CharField(primary_key=True, max_length=20)
    name = models.CharField(max_length=20)
    intro = models.CharField(max_length=200)
    notice = models.CharField(max_length=300, blank=True)
    kinds = models.JSONField(default=list)
    asks_office_holder = models.BooleanField(default=False)
    asks_business = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return self.name


class Case(models.Model):
    """One message and all that came of it; `title` and `body` are the masked public version."""

    # Every change of a case is written to each of its indexes: keys that begin another index have none of their own.
    number = models.CharField(max_length=20)
    column = models.ForeignKey(Column, on_delete=models.PROTECT, related_name="cases", db_index=False)
    kind = models.CharField(max_length=12, choices=MessageKind.choices)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="cases")
    topic = models.ForeignKey(Topic, null=True, on_delete=models.PROTECT, related_name="cases", db_index=False)
    office_holder = models.ForeignKey(OfficeHolder, null=True, on_delete=models.PROTECT, related_name="cases")
    visibility = models.CharField(max_length=12, choices=Visibility.choices, default=Visibility.PUBLIC)
    urgency = models.CharField(max_length=10, choices=Urgency.choices, default=Urgency.NORMAL)
    lane = models.CharField(max_length=10, choices=Lane.choices, default=Lane.STANDARD)

    title = models.CharField(max_length=60)
    body = models.TextField()
    sealed_title = SealedTextField()
    sealed_body = SealedTextField()
    # JSON {"name", "phone"}; what the citizen gave so that a unit can reach them.
    sealed_contact = SealedTextField(blank=True, default="")
    # Consumer column: who is complained of and about how much.
    business_name = models.CharField(max_length=80, blank=True)
    amount_yuan = models.DecimalField(max_digits=12, decimal_places=2, null=True)

    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="cases", db_index=False
    )
    query_code_hash = models.CharField(max_length=64)
    accused_units = models.ManyToManyField(Unit, related_name="accusing_cases", blank=True)

    state = models.CharField(max_length=20, choices=[(s, STATE_LABELS[s]) for s in State], default=State.SUBMITTED)
    resolution = models.CharField(max_length=20, choices=Resolution.choices, blank=True, default="")
    reason_code = models.CharField(max_length=40, blank=True, default="")
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="reviewing_cases"
    )
    lead_unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="lead_cases", db_index=False)
    first_contact_unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="first_contacts")
    merged_into = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="merged_cases")
    round = models.PositiveSmallIntegerField(default=1)
    supporters_count = models.PositiveIntegerField(default=0)
    reminders_count = models.PositiveIntegerField(default=0)

    submitted_at = models.DateTimeField()
    approved_at = models.DateTimeField(null=True)
    assigned_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    first_reply_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    # Since when the public may see it; null while (or once again) they may not.
    public_at = models.DateTimeField(null=True)
    # The next obligation of whoever holds the case, and the end of the answer clock; null when nothing is owed.
    due_at = models.DateTimeField(null=True)
    answer_due_at = models.DateTimeField(null=True)
    # Only says when the watch loop wakes, never what is true.
    look_again_at = models.DateTimeField(null=True)
    pause_reason = models.CharField(max_length=20, choices=PauseReason.choices, blank=True, default="")
    paused_at = models.DateTimeField(null=True)

    # The ledger's head: a writer wins only if nobody has appended since it read.
    event_count = models.PositiveIntegerField(default=0)
    ledger_head = models.CharField(max_length=64, blank=True, default="")
    is_historical = models.BooleanField(default=False)
    origin_key = models.CharField(max_length=100, null=True)

    objects = CaseQuerySet.as_manager()

    class Meta:
        ordering = ["-submitted_at"]
        constraints = [
            models.UniqueConstraint(fields=["number"], name="case_number_once"),
            models.UniqueConstraint(fields=["origin_key"], name="case_origin_once"),
            models.CheckConstraint(condition=Q(state__in=list(State)), name="case_state_known"),
            models.CheckConstraint(condition=Q(kind__in=MessageKind.values), name="case_kind_known"),
            models.CheckConstraint(condition=Q(visibility__in=Visibility.values), name="case_visibility_known"),
            models.CheckConstraint(
                condition=~Q(state__in=UNSUBMITTED_UNIT_STATES) | Q(lead_unit__isnull=False),
                name="case_with_a_unit_has_a_lead_unit",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.CLOSED) | (Q(closed_at__isnull=False) & ~Q(resolution="")),
                name="closed_case_has_time_and_resolution",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[State.REJECTED, State.DIVERTED]) | ~Q(reason_code=""),
                name="declined_case_has_a_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.MODERATING) | Q(reviewer__isnull=False), name="reviewed_case_has_a_reviewer"
            ),
            models.CheckConstraint(
                condition=~Q(state=State.MERGED) | Q(merged_into__isnull=False), name="merged_case_has_a_parent"
            ),
            models.CheckConstraint(
                condition=(Q(state=State.PAUSED) & ~Q(pause_reason="") & Q(paused_at__isnull=False))
                | (~Q(state=State.PAUSED) & Q(pause_reason="", paused_at=None)),
                name="pause_has_a_reason_from_the_closed_list",
            ),
            models.CheckConstraint(
                condition=~Q(kind=MessageKind.REPORT) | Q(visibility=Visibility.PRIVATE),
                name="report_is_never_public",
            ),
            models.CheckConstraint(
                condition=~Q(visibility=Visibility.PRIVATE) | Q(public_at=None), name="private_case_is_not_public"
            ),
            models.CheckConstraint(
                condition=~Q(author=F("reviewer")) | Q(author=None) | Q(reviewer=None),
                name="nobody_reviews_their_own_message",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "due_at"], name="case_state_due"),
            models.Index(fields=["lead_unit", "state", "due_at"], name="case_lead_state_due"),
            models.Index(fields=["region", "state", "due_at"], name="case_region_state_due"),
            models.Index(fields=["author", "-submitted_at"], name="case_author_recent"),
            models.Index(fields=["topic", "-submitted_at"], name="case_topic_recent"),
            models.Index(fields=["look_again_at"], condition=Q(look_again_at__isnull=False), name="case_look_again"),
            # What owes nothing comes last in lists, so it stands here too.
            models.Index(fields=["due_at", "id"], name="case_due"),
            models.Index(fields=["-submitted_at"], name="case_recent"),
            models.Index(fields=["-public_at"], condition=Q(public_at__isnull=False), name="case_public"),
            models.Index(
                fields=["-supporters_count", "-public_at"],
                condition=Q(public_at__isnull=False),
                name="case_public_supported",
            ),
            models.Index(
                fields=["region", "-public_at"], condition=Q(public_at__isnull=False), name="case_public_region"
            ),
            models.Index(
                fields=["lead_unit", "-public_at"], condition=Q(public_at__isnull=False), name="case_public_unit"
            ),
            models.Index(
                fields=["topic", "-public_at"], condition=Q(public_at__isnull=False), name="case_public_topic"
            ),
            models.Index(
                fields=["-answered_at"],
                condition=Q(public_at__isnull=False, answered_at__isnull=False),
                name="case_public_answered",
            ),
            # What is alike is looked for on the same topic in the same prefecture, the newest first.
            models.Index(
                F("topic"),
                Prefecture("region"),
                F("public_at").desc(),
                F("id").desc(),
                condition=Q(public_at__isnull=False, visibility=Visibility.PUBLIC),
                name="case_public_alike",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_report(self) -> bool:
        """Whether this informs on someone (举报): the informer is protected."""
        return self.kind == MessageKind.REPORT

    @property
    def is_urgent(self) -> bool:
        """Whether the urgent lane's limits apply."""
        return self.lane == Lane.URGENT

    @property
    def has_ended(self) -> bool:
        """Whether nothing more is expected of anyone."""
        return self.state in ENDED


class Draft(models.Model):
    """An unsent message: kept sealed for a signed-in citizen, or until an SMS code confirms it."""

    token = models.CharField(max_length=64, unique=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="drafts")
    sealed_form = SealedTextField()
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    # Set when it became a case: a second submit of the same form finds the first one's case.
    case = models.OneToOneField(Case, null=True, on_delete=models.CASCADE, related_name="draft")

    class Meta:
        indexes = [
            models.Index(fields=["author", "-updated_at"], name="draft_author_recent"),
            models.Index(fields=["updated_at"], condition=Q(case=None), name="draft_unsent"),
        ]


class Assignment(models.Model):
    """A unit's task on a case: one lead, any number of supporting units, each with an own clock."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="assignments")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="assignments")
    role = models.CharField(max_length=12, choices=AssignmentRole.choices)
    state = models.CharField(max_length=12, choices=AssignmentState.choices, default=AssignmentState.OFFERED)
    task = models.CharField(max_length=300, blank=True)
    assigned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="assignments_made"
    )
    assigned_at = models.DateTimeField()
    sign_due_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    handler = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="assignments_handled"
    )
    ended_at = models.DateTimeField(null=True)
    result = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["assigned_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(role=AssignmentRole.LEAD, state__in=AssignmentState.live()),
                name="one_lead_unit_per_case",
            ),
            models.UniqueConstraint(
                fields=["case", "unit"],
                condition=Q(state__in=AssignmentState.live()),
                name="one_live_task_per_unit_and_case",
            ),
        ]
        indexes = [models.Index(fields=["unit", "state", "due_at"], name="assignment_unit_due")]


class Objection(models.Model):
    """A unit's objection to an assignment: once per case and unit, decided by a coordinator."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="objections")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="objections")
    legal_basis = models.CharField(max_length=200)
    reasons = models.CharField(max_length=500)
    suggested_unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    is_upheld = models.BooleanField(null=True)
    decision = models.CharField(max_length=500, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "unit"], name="one_objection_per_unit_and_case")]


class Supplement(models.Model):
    """The citizen's later words; shown to the public only after review."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="supplements")
    body = models.TextField()
    sealed_body = SealedTextField()
    at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=SupplementState.choices, default=SupplementState.PENDING)

    class Meta:
        ordering = ["at"]
        indexes = [
            models.Index(fields=["at"], condition=Q(state=SupplementState.PENDING), name="supplement_pending"),
        ]


class Supporter(models.Model):
    """One person who has met the same trouble (我也遇到); counted once."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="supporters")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="supports")
    sealed_note = SealedTextField(blank=True, default="")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "user"], name="one_support_per_person")]


class Reply(models.Model):
    """A unit's public answer, written by one, reviewed by another, checked by the quality desk, then published."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="replies")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="replies")
    kind = models.CharField(max_length=12, choices=ReplyKind.choices)
    state = models.CharField(max_length=12, choices=ReplyState.choices, default=ReplyState.DRAFT)
    round = models.PositiveSmallIntegerField(default=1)
    body = models.TextField()
    version = models.PositiveIntegerField(default=1)
    # What the unit says came of it; only the citizen can confirm that a case is resolved.
    claimed_resolution = models.CharField(max_length=20, choices=Resolution.choices, blank=True, default="")
    # INITIAL and PROGRESS say when the next word comes; FINAL may carry one promise that is then tracked.
    next_report_on = models.DateField(null=True)
    promise = models.CharField(max_length=200, blank=True)
    promise_due_on = models.DateField(null=True)
    extended_to = models.DateField(null=True)
    public_reason = models.CharField(max_length=300, blank=True)
    transfer_to = models.CharField(max_length=80, blank=True)
    receipt_number = models.CharField(max_length=60, blank=True)
    corrects = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="corrections")

    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    inspector = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    returned_note = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    # By when somebody else has to approve a reply that went out first; it follows the clock.
    approve_by_at = models.DateTimeField(null=True)

    objects = ReplyQuerySet.as_manager()

    class Meta:
        ordering = ["created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(reviewer=None) | Q(author=None) | ~Q(reviewer=F("author")),
                name="author_does_not_review",
            ),
            models.CheckConstraint(
                condition=Q(inspector=None)
                | ((Q(author=None) | ~Q(inspector=F("author"))) & (Q(reviewer=None) | ~Q(inspector=F("reviewer")))),
                name="inspector_is_a_third_person",
            ),
            models.CheckConstraint(
                condition=~Q(state=ReplyState.PUBLISHED) | Q(published_at__isnull=False),
                name="published_reply_has_its_time",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[ReplyState.QUALITY]) | Q(reviewer__isnull=False),
                name="reply_at_quality_desk_was_reviewed",
            ),
            models.UniqueConstraint(
                fields=["case", "unit"],
                condition=Q(state__in=ReplyState.open()),
                name="one_open_reply_per_unit_and_case",
            ),
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(kind=ReplyKind.EXTENSION, state=ReplyState.PUBLISHED),
                name="one_extension_per_case",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "updated_at"], name="reply_state_age"),
            models.Index(fields=["unit", "state"], name="reply_unit_state"),
            models.Index(fields=["-published_at"], condition=Q(published_at__isnull=False), name="reply_newest"),
            models.Index(
                fields=["unit", "approve_by_at"],
                condition=Q(state=ReplyState.PUBLISHED, reviewer__isnull=True, author__isnull=False),
                name="reply_unapproved",
            ),
        ]


class ReplyVersion(models.Model):
    """One saved text of a reply, so that every change can be compared."""

    reply = models.ForeignKey(Reply, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    body = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["reply", "number"], name="one_text_per_version")]


class ReplyTemplate(models.Model):
    """A text to start from; every 【…】 in it must be filled in before the reply can go on."""

    unit = models.ForeignKey(Unit, null=True, on_delete=models.CASCADE, related_name="reply_templates")
    kind = models.CharField(max_length=12, choices=ReplyKind.choices)
    title = models.CharField(max_length=60)
    body = models.TextField()

    class Meta:
        ordering = ["kind", "title"]


class Attachment(models.Model):
    """A file of a message, a supplement or a reply; stored sealed, served only through access checks."""

    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="attachments")
    draft = models.ForeignKey(Draft, null=True, on_delete=models.CASCADE, related_name="attachments")
    supplement = models.ForeignKey(Supplement, null=True, on_delete=models.PROTECT, related_name="attachments")
    reply = models.ForeignKey(Reply, null=True, on_delete=models.CASCADE, related_name="attachments")
    key = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=AttachmentKind.choices)
    content_type = models.CharField(max_length=40)
    size_bytes = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    # A citizen's file is shown to the public only once a reviewer has looked at it.
    is_public = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(case__isnull=False) | Q(draft__isnull=False), name="attachment_belongs_somewhere"
            ),
        ]


class CaseEvent(models.Model):
    """One entry of the append-only, hash-chained ledger; the database refuses to change or delete it."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="events")
    seq = models.PositiveIntegerField()
    step = models.CharField(max_length=24, choices=[(s, STEP_LABELS[s]) for s in Step])
    from_state = models.CharField(max_length=20, blank=True)
    to_state = models.CharField(max_length=20)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    actor_role = models.CharField(max_length=20)
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    is_public = models.BooleanField(default=False)
    data = models.JSONField(default=dict)
    prev_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["case_id", "seq"]
        constraints = [models.UniqueConstraint(fields=["case", "seq"], name="one_event_per_place_in_the_chain")]


class EventDelivery(models.Model):
    """An event whose consequences (handlers) are still to be carried out; deleted when they are."""

    event = models.OneToOneField(CaseEvent, primary_key=True, on_delete=models.PROTECT, related_name="delivery")
    done = models.JSONField(default=list)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    last_error = models.TextField(blank=True)
    given_up_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["next_try_at"], condition=Q(given_up_at__isnull=True), name="delivery_due"),
        ]


class LedgerSeal(models.Model):
    """A hash over all events up to one id and the seal before: shows removed cases and cut-off chains."""

    last_event_id = models.BigIntegerField(unique=True)
    events_count = models.PositiveIntegerField()
    prev_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        ordering = ["last_event_id"]


class OriginalLook(models.Model):
    """That someone looked at original text, contact data or an unreleased file of a case, when and why."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="looks")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="looks")
    what = models.CharField(max_length=20)
    purpose = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at"]
        indexes = [models.Index(fields=["-at"], name="look_recent")]


class PublicStamp(models.Model):
    """Counters that grow with every change the public can see; their sum is the version of the public pages.

    Several rows, so that writers of different cases do not wait for one another.
    """

    slot = models.PositiveSmallIntegerField(primary_key=True)
    value = models.BigIntegerField(default=0)
    # How many cases of the slot the public sees, and how many of those are answered: `verify-ledger` counts anew.
    shown = models.BigIntegerField(default=0)
    answered = models.BigIntegerField(default=0)


class SavedFilter(models.Model):
    """A search of the workbench that its owner kept."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_filters")
    name = models.CharField(max_length=30)
    query = models.CharField(max_length=500)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="one_filter_per_name")]


# The tables of the gate and of the knowledge base stand in files of their own; Django looks for models here.
from .gate_models import Commitment as Commitment  # noqa: E402, PLC0414
from .gate_models import FourLessons as FourLessons  # noqa: E402, PLC0414
from .gate_models import GateOverride as GateOverride  # noqa: E402, PLC0414
from .gate_models import ReefFinding as ReefFinding  # noqa: E402, PLC0414
from .gate_models import ReplyCheck as ReplyCheck  # noqa: E402, PLC0414
from .knowledge_models import KnowledgeEntry as KnowledgeEntry  # noqa: E402, PLC0414
