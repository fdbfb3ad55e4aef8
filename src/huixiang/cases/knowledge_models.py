"""The knowledge base (知识库): standard answers to standard questions, each with its basis and its last day."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from huixiang.units.models import Region, Topic, Unit

from .knowledge_choices import KnowledgeState
from .knowledge_querysets import KnowledgeQuerySet


class KnowledgeEntry(models.Model):
    """One standard question with its approved answer; it holds in `region` and below, up to and with `valid_until`."""

    question = models.CharField(max_length=100)
    answer = models.CharField(max_length=2000)
    # Title, number and clause of the document that the answer rests on.
    basis = models.CharField(max_length=200)
    # None: whatever the topic.
    topic = models.ForeignKey(Topic, null=True, on_delete=models.PROTECT, related_name="knowledge")
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="knowledge")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="knowledge")
    valid_until = models.DateField()
    state = models.CharField(max_length=10, choices=KnowledgeState.choices, default=KnowledgeState.DRAFT)
    # Counts every change, so that nobody approves a text that they have not read.
    version = models.PositiveIntegerField(default=1)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    objects = KnowledgeQuerySet.as_manager()

    class Meta:
        ordering = ["-updated_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=KnowledgeState.values), name="knowledge_state_known"),
            models.CheckConstraint(
                condition=~Q(question="") & ~Q(answer="") & ~Q(basis=""), name="knowledge_says_what_and_on_what_basis"
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("written_by")), name="knowledge_is_approved_by_another"
            ),
            models.CheckConstraint(
                condition=~Q(state=KnowledgeState.APPROVED) | Q(approved_by__isnull=False, approved_at__isnull=False),
                name="approved_knowledge_names_who_and_when",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-updated_at"], name="knowledge_recent"),
            models.Index(fields=["unit", "state", "-updated_at"], name="knowledge_unit"),
            models.Index(fields=["region", "state", "valid_until"], name="knowledge_in_force"),
        ]

    def __str__(self) -> str:
        return self.question

    @property
    def as_reply(self) -> str:
        """The answer as it goes into a reply, with its basis."""
        return f"{self.answer}\n\n依据：{self.basis}"
