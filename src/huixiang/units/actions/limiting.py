"""Limiting: how many replies a region lets its units publish before they are approved; from a day to come on."""

from datetime import date

from django.db import IntegrityError, transaction

from huixiang.accounts.models import User

from ..models import PublishFirstLimit, Region

# Who lets more than this wait has no approval any more.
MOST_OF_ALL = 20


class BadLimit(ValueError):
    """A limit is refused: `field` names what is wrong, `message` says it to a reader."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.message = message


def set_limit(region: Region, most: int, *, source: str, effective_from: date, today: date, by: User) -> None:
    """Sets a region's limit from a day to come on; what held before stays on record. Raises BadLimit."""
    if not 0 <= most <= MOST_OF_ALL:
        raise BadLimit("most", f"请填0到{MOST_OF_ALL}之间的数，0表示不许先发后审。")
    if not source.strip():
        raise BadLimit("source", "请写明依据，例如文件名称和文号。")
    if effective_from <= today:
        raise BadLimit("effective_from", "最早从明天起生效。")
    try:
        with transaction.atomic():
            PublishFirstLimit.objects.create(
                region_code=region.code, most=most, source=source.strip()[:200], effective_from=effective_from,
                created_by=by,
            )  # fmt: skip
    except IntegrityError as error:
        raise BadLimit("effective_from", "从这一天起已经定了另一个限额，请选别的日期。") from error
