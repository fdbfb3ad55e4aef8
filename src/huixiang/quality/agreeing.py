"""How far judgement and reviewers agree on each reef: Cohen's kappa, with the number it rests on."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from django.db.models import QuerySet

from huixiang.nlp.reefs import REEFS

from .models import ReefVerdict, Review

# Ours (docs/quality.md#agreement): below these a kappa says more about chance than about the judgement.
FEWEST_REPLIES: Final = 30
FEWEST_MARKS: Final = 5


@dataclass(frozen=True)
class Agreement:
    """What two sides said of one reef on the same replies; the counts add up to `replies`."""

    code: str
    replies: int
    both: int = 0
    only_judged: int = 0
    only_reviewer: int = 0

    @property
    def name(self) -> str:
        """What people call the reef."""
        return REEFS[self.code].name

    @property
    def marks(self) -> int:
        """On how many replies at least one side marked it."""
        return self.both + self.only_judged + self.only_reviewer

    @property
    def is_few(self) -> bool:
        """Whether the sample is too small for a figure."""
        return self.replies < FEWEST_REPLIES or self.marks < FEWEST_MARKS

    @property
    def kappa(self) -> float | None:
        """Cohen's kappa, -1 to 1 (Cohen 1960, doi:10.1177/001316446002000104); None where chance alone agrees fully."""
        if not self.replies:
            return None
        total = self.replies
        neither = total - self.marks
        seen = (self.both + neither) / total
        judged, said = (self.both + self.only_judged) / total, (self.both + self.only_reviewer) / total
        chance = judged * said + (1 - judged) * (1 - said)
        return (seen - chance) / (1 - chance) if chance < 1 else None


def agreements(reviews: QuerySet[Review]) -> list[Agreement]:
    """The agreement on each reef over these reviews, in the order of the rubric."""
    return next(iter(_tables(reviews, [""]).values()))


def by_month(reviews: QuerySet[Review]) -> dict[str, list[Agreement]]:
    """The same for each month of publication, the latest first."""
    months = sorted(set(reviews.values_list("sample__period", flat=True)), reverse=True)
    return _tables(reviews, months)


def _tables(reviews: QuerySet[Review], months: Iterable[str]) -> dict[str, list[Agreement]]:
    totals = Counter(reviews.values_list("sample__period", flat=True))
    rows = ReefVerdict.objects.filter(review__in=reviews.values("pk")).values_list(
        "review__sample__period", "code", "judged", "said"
    )  # fmt: skip
    marks = Counter((period, code, judged > 0, said > 0) for period, code, judged, said in rows)
    return {month: [_agreement(code, month, totals, marks) for code in REEFS] for month in months}


def _agreement(
    code: str, month: str, totals: Mapping[str, int], marks: Mapping[tuple[str, str, bool, bool], int]
) -> Agreement:
    def number(judged: bool, said: bool) -> int:
        return sum(
            n for (m, c, j, s), n in marks.items() if c == code and (j, s) == (judged, said) and month in {m, ""}
        )

    replies = totals.get(month, 0) if month else sum(totals.values())
    return Agreement(code, replies, number(True, True), number(True, False), number(False, True))
