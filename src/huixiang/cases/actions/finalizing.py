"""Finalizing (复核终结): after the re-review of the petition procedure the same matter is not taken up again."""

from datetime import date

from django.db import transaction

from huixiang.rules.calendar import CHINA
from huixiang.rules.lifecycle import Step

from ..ledger import Act, advance, read_for_change
from ..models import Case
from ..refusals import Refused


@transaction.atomic
def finalize(case: Case, act: Act, *, document: str, decided_on: date, explanation: str) -> Case:
    """Ends a closed case for good on the ground of a re-review opinion (复核意见书), named with number and date.

    Source: docs/sources.md#petition-regulation, art. 36.
    """
    if not document.strip():
        raise Refused("请填写复核意见书的文号。没有复核意见书，不能终结。", field="document")
    if decided_on > act.at.astimezone(CHINA).date():
        raise Refused("复核意见书的日期不能晚于今天。", field="decided_on")
    if not explanation.strip():
        raise Refused("请向留言人说明为什么终结、还能走什么渠道。", field="explanation")
    case = read_for_change(case.pk)
    data = {
        "document": document.strip()[:60],
        "decided_on": decided_on.isoformat(),
        "explanation": explanation.strip()[:500],
    }
    advance(case, Step.FINALIZE, act, data=data, is_public=True, due_at=None, answer_due_at=None)
    return case
