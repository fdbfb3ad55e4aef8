"""Rating: the citizen says what came of it and how the unit and the cyberspace office did; silence is no praise."""

from collections.abc import Mapping
from datetime import timedelta

from django.db import IntegrityError, transaction

from huixiang.cases.actions import promising
from huixiang.cases.choices import Resolution
from huixiang.cases.ledger import Act, advance, read_for_change
from huixiang.cases.models import Case, Reply
from huixiang.cases.reasons import reasons
from huixiang.cases.refusals import Refused
from huixiang.nlp import redaction
from huixiang.rules.lifecycle import Step

from ..models import SCORES, UNSATISFIED_UP_TO, Rating

# What a citizen can confirm; the rest is for units to state.
CONFIRMABLE = [Resolution.RESOLVED, Resolution.PARTLY, Resolution.UNRESOLVED, Resolution.EXPLAINED]


@transaction.atomic
def rate(
    case: Case, act: Act, *, outcome: str, scores: Mapping[str, int], reason: str = "", comment: str = ""
) -> Rating:
    """Records one rating for this round and closes the case with the outcome that the citizen confirms."""
    case = read_for_change(case.pk)
    if outcome not in CONFIRMABLE:
        raise Refused("请选择事情办得怎么样。", field="outcome")
    for name in SCORES:
        if not 1 <= scores.get(name, 0) <= 5:
            raise Refused("每一项都请打1到5星。", field=name)
    if min(scores[name] for name in SCORES) <= UNSATISFIED_UP_TO and reason not in reasons("unsatisfied"):
        raise Refused("有不满意的项目，请选一个原因，方便我们改进。", field="reason")
    if late := promising.broken(case, at=act.at):
        raise Refused(f"单位承诺的“{late.what}”已经过期还没有兑现，现在不能办结。您可以等它兑现，也可以要求重新办理。")
    advance(
        case, Step.RATE, act, data={"outcome": outcome}, is_public=True, resolution=outcome, closed_at=act.at,
        due_at=None,
    )  # fmt: skip
    try:
        with transaction.atomic():
            return Rating.objects.create(
                case=case,
                round=case.round,
                **{name: scores[name] for name in SCORES},
                reason=reason,
                comment=redaction.mask(comment)[:500],
                sealed_comment=comment,
                at=act.at,
            )
    except IntegrityError as error:
        raise Refused("这次办理您已经评价过了。") from error


@transaction.atomic
def close_unrated(case: Case, act: Act) -> Case:
    """Closes a case on which the citizen stayed silent: unrated, and "resolved" only as the unit's claim."""
    case = read_for_change(case.pk)
    if promising.broken(case, at=act.at):
        # Guard G6: silence closes nothing while a promise is broken; the watch asks again tomorrow.
        case.look_again_at = act.at + timedelta(days=1)
        case.save(update_fields=["look_again_at"])
        return case
    final = Reply.objects.published().filter(case=case).exclude(claimed_resolution="").order_by("-published_at").first()
    claimed = final.claimed_resolution if final else Resolution.EXPLAINED
    resolution = Resolution.UNCONFIRMED if claimed == Resolution.RESOLVED else claimed
    advance(
        case, Step.CLOSE_UNRATED, act, is_public=True, resolution=resolution, closed_at=act.at, due_at=None
    )  # fmt: skip
    return case
