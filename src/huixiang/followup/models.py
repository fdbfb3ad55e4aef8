"""What the citizen thinks of the answer: one rating a round, of the unit and of the cyberspace office apart."""

from django.db import models
from django.db.models import Q

from huixiang.accounts.encryption import SealedTextField
from huixiang.cases.models import Case

SCORES = [
    "unit_result", "unit_attitude", "unit_speed", "platform_result", "platform_attitude", "platform_speed",
]  # fmt: skip
SATISFIED_FROM = 4
UNSATISFIED_UP_TO = 2


def _score(label: str) -> "models.PositiveSmallIntegerField[int, int]":
    return models.PositiveSmallIntegerField(label)


class Rating(models.Model):
    """Six scores from 1 to 5 (双满意), a reason when unsatisfied, and the citizen's own word on the outcome."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="ratings")
    round = models.PositiveSmallIntegerField()
    unit_result = _score("办理结果")
    unit_attitude = _score("办理态度")
    unit_speed = _score("办理速度")
    platform_result = _score("协调结果")
    platform_attitude = _score("服务态度")
    platform_speed = _score("转办速度")
    reason = models.CharField(max_length=40, blank=True)
    comment = models.CharField(max_length=500, blank=True)
    sealed_comment = SealedTextField(blank=True, default="")
    at = models.DateTimeField()

    class Meta:
        ordering = ["case_id", "round"]
        constraints = [
            models.UniqueConstraint(fields=["case", "round"], name="one_rating_per_round"),
            *[
                models.CheckConstraint(condition=Q(**{f"{name}__gte": 1, f"{name}__lte": 5}), name=f"{name}_1_to_5")
                for name in SCORES
            ],
            models.CheckConstraint(
                condition=~Q(reason="") | Q(**{f"{name}__gt": UNSATISFIED_UP_TO for name in SCORES}),
                name="unsatisfied_rating_has_a_reason",
            ),
        ]

    @property
    def is_doubly_satisfied(self) -> bool:
        """双满意: both the unit and the cyberspace office have at least 4 of 5 for the result."""
        return self.unit_result >= SATISFIED_FROM and self.platform_result >= SATISFIED_FROM
