"""Publishing first (先发后审): how many replies of a unit may be out before somebody else has approved them."""

from datetime import date

from .models import PublishFirstLimit


def limit_for(region_code: str, on: date) -> PublishFirstLimit | None:
    """The row that holds on a day: of the nearest region that has one, the latest."""
    codes = [region_code[:n] for n in range(2, len(region_code) + 1)]
    rows = PublishFirstLimit.objects.filter(region_code__in=codes, effective_from__lte=on)
    return max(rows, key=lambda row: (len(row.region_code), row.effective_from), default=None)


def most_unapproved(region_code: str, on: date) -> int:
    """How many may wait; where nothing was delegated, none."""
    row = limit_for(region_code, on)
    return row.most if row else 0
