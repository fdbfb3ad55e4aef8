"""What triage suggested about a case, and what a person decided instead or as well."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from huixiang.cases.models import Case

from .choices import Question


class SuggestionQuerySet(models.QuerySet["Suggestion"]):
    def unsure(self) -> "SuggestionQuerySet":
        """Questions that the machine left to a person."""
        return self.filter(value="", question__in=[Question.TOPIC, Question.REGION, Question.UNIT])


class Suggestion(models.Model):
    """One answer of the machine to one question about a case; an empty value means 不确定. Made once, never applied."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="suggestions")
    question = models.CharField(max_length=12, choices=Question.choices)
    value = models.CharField(max_length=60, blank=True)
    label = models.CharField(max_length=120, blank=True)
    # How sure the model is, 0 … 1, where it can say so.
    p = models.FloatField(null=True)
    # Words and sentences that led there, as a person reads them.
    why = models.JSONField(default=list)
    # What else may be chosen: [{"value", "label", "p", "why"}], the suggested one first.
    options = models.JSONField(default=list)
    # What later suggestions build on: the likeliest kinds of unit.
    facts = models.JSONField(default=dict)
    model = models.CharField(max_length=40, blank=True)
    made_at = models.DateTimeField()

    objects = SuggestionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "question"], name="one_suggestion_per_question_and_case"),
            models.CheckConstraint(condition=Q(question__in=Question.values), name="suggestion_question_known"),
            models.CheckConstraint(
                condition=Q(p__isnull=True) | Q(p__gte=0, p__lte=1), name="suggestion_p_is_a_probability"
            ),
        ]
        indexes = [
            models.Index(fields=["question", "case"], condition=Q(value=""), name="suggestion_unsure"),
            models.Index(fields=["question", "value", "case"], name="suggestion_value"),
            models.Index(fields=["question", "-made_at"], name="suggestion_recent"),
        ]

    @property
    def is_sure(self) -> bool:
        """Whether there is an answer."""
        return self.value != ""

    @property
    def percent(self) -> int | None:
        """How sure, in hundredths."""
        return None if self.p is None else round(self.p * 100)

    @property
    def others(self) -> list[dict[str, Any]]:
        """The options besides the suggested one."""
        return [option for option in self.options if option["value"] != self.value]


class Decision(models.Model):
    """What a person chose where triage had suggested something; kept for ever, since the models learn from it."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="triage_decisions")
    question = models.CharField(max_length=12, choices=Question.choices)
    suggested = models.CharField(max_length=60, blank=True)
    suggested_label = models.CharField(max_length=120, blank=True)
    p = models.FloatField(null=True)
    chosen = models.CharField(max_length=60, blank=True)
    chosen_label = models.CharField(max_length=120, blank=True)
    is_agreed = models.BooleanField()
    reason = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=20)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(question__in=Question.values), name="decision_question_known"),
            models.CheckConstraint(
                condition=Q(is_agreed=True, suggested=F("chosen")) | (Q(is_agreed=False) & ~Q(suggested=F("chosen"))),
                name="decision_agrees_or_differs",
            ),
        ]
        indexes = [
            models.Index(fields=["question", "-at"], name="decision_recent"),
            models.Index(fields=["case", "question", "-at"], name="decision_of_case"),
        ]


class MatterKey(models.Model):
    """One telling word of a case under a hash, to find cases on the same matter by; weights of a case have length 1."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+", db_index=True)
    key = models.BigIntegerField()
    # In ten-thousandths.
    weight = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "case"], name="one_key_per_word_and_case"),
        ]
