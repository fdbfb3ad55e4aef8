"""A danger that is not under control in time asks loudly for an order, and a person signs it (docs/decisions/0013)."""

from datetime import timedelta

from tests.cast import MORNING

from huixiang.cases.actions import assigning
from huixiang.jobs import delivering
from huixiang.jobs.audiences import must_be_read
from huixiang.notices.models import Channel, Notice
from huixiang.supervision import access, watching
from huixiang.supervision.models import SupervisionOrder, SupervisionStep
from huixiang.units.access import actor_of

LATE = MORNING + timedelta(hours=2, minutes=1)


def test_order_for_a_danger_is_asked_for_and_told_at_once_but_signed_by_a_person(town):
    case = assigning.assign(town.approved(urgency="critical"), town.units["住建局"], town.act("交办员"))
    watching.sweep(at=LATE)
    step = SupervisionStep.objects.get(case=case, means="written")
    assert (step.state, step.done_by) == ("asked", None)
    assert not SupervisionOrder.objects.exists()
    assert access.next_acts(actor_of(town.people["督办员"], at=LATE)).get(case=case).means == "written"
    assert must_be_read(case.events.get(step="warn", data__clock="safety_control", data__rung="red"))
    while delivering.deliver(at=LATE):
        pass
    told = Notice.objects.filter(channel=Channel.IN_APP, subject__startswith="隐患控制", user=town.people["督办员"])
    assert told.count() == 1
