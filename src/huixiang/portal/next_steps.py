"""What an author may expect next, and by when: one sentence or two for every state."""

from dataclasses import dataclass
from datetime import datetime

from huixiang.cases.models import Case
from huixiang.rules.lifecycle import State


@dataclass(frozen=True)
class Next:
    """What happens next, and the moment by which it should have."""

    title: str
    text: str
    by: datetime | None = None
    # Whether it was counted off the calendar; a promised date, and plain hours, stand whatever the calendar says.
    is_counted: bool = False


S = State


def next_step(case: Case) -> Next:
    """The next step of a case in words for its author."""
    title, text = _WORDS[State(case.state)]
    unit = case.lead_unit.name if case.lead_unit else "承办单位"
    is_counted = case.state != S.TRACKING and not case.is_urgent
    return Next(title, text.format(unit=unit), _by(case), is_counted)


def _by(case: Case) -> datetime | None:
    if case.state in {S.NEED_SUPPLEMENT, S.AWAITING_RATING}:
        return case.look_again_at
    if case.state == S.HANDLING:
        return case.due_at or case.answer_due_at
    return case.due_at


_WORDS: dict[State, tuple[str, str]] = {
    S.SUBMITTED: ("等待审核", "审核员会看一遍内容，隐去个人信息，再交给负责的单位。"),
    S.MODERATING: ("正在审核", "审核员正在看您的留言，通过后马上交办。"),
    S.NEED_SUPPLEMENT: ("请您补充", "补充以后会马上重新审核。到时间没有补充，这件留言会自动结束，您可以重新留言。"),
    S.REJECTED: ("留言没有登载", "原因和可以去的地方写在下面。改好以后可以重新提交。"),
    S.DIVERTED: ("请走专门的渠道", "这类事有专门的部门依法受理，去那里办得更快。"),
    S.MERGED: ("已经和同类留言并在一起办", "进展和答复请看合并后的留言，您照样会收到通知。"),
    S.TO_ASSIGN: ("等待交办", "审核已通过，正在确定由哪个单位办理。"),
    S.ASSIGNED: ("等待单位签收", "已交给{unit}，单位应当签收，并先告诉您打算怎么办；不归它管的，要说明依据退回。"),
    S.OBJECTED: ("正在确定由谁办", "{unit}认为这件事不归它管，交办员正在裁定。期间仍由它负责答复您。"),
    S.HANDLING: ("单位正在办理", "{unit}正在办理，会先告诉您打算怎么办，办完再作正式答复。"),
    S.PAUSED: ("依规暂停计时", "原因写在办理过程里，情况一消除就继续计时。"),
    S.TRACKING: ("正在跟踪承诺", "{unit}已经答复并作了承诺，到期有没有做到，我们会盯着。"),
    S.AWAITING_RATING: ("请您评价", "看看答复，告诉我们办得怎么样。到时间没有评价会按“未评价”办结，不算满意。"),
    S.CLOSED: ("已经办结", "如果后来发现没有办好，办结后30天内可以要求重新办理。"),
    S.REOPENED: ("重新办理", "已退给{unit}重新办理，单位应当先签收。"),
    S.TRANSFERRED: ("已移送", "已移送有权处理的机关，移送去向和回执编号在答复里。"),
    S.FINALIZED: ("复核终结", "这件事已经依法走完全部程序。"),
    S.WITHDRAWN: ("您已撤回", "留言已不再公开，也不再办理。需要时可以重新留言。"),
}
