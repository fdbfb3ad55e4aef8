"""What a supervision order says on paper, as plain words; how it looks is up to the files made from it."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.utils.timezone import localtime

from huixiang.supervision.actions.signing import office_of
from huixiang.supervision.models import SupervisionOrder
from huixiang.ui.moments import spoken, spoken_before

TITLE = "督办函"


@dataclass(frozen=True)
class OrderSheet:
    """The parts of an order, top to bottom; `receipt` is signed and sent back, blank where nothing was signed yet."""

    title: str
    number: str
    unit: str
    opening: tuple[str, ...]
    demands: tuple[str, ...]
    limit: str
    office: str
    issued_on: str
    copy_to: str
    receipt: tuple[tuple[str, str], ...]

    def parts(self) -> dict[str, Any]:
        """The parts as a table of plain values."""
        return asdict(self)


def sheet_of(order: SupervisionOrder) -> OrderSheet:
    """The words of an order; the case is cited by its masked title."""
    case, at = order.case, order.issued_at
    opening = (
        f"{spoken(localtime(case.submitted_at).date(), at)}，网友在回响网上问政平台反映"
        f"“{case.title}”（编号{case.number}，{case.region.readable}），由你单位承办。",
        f"督办事由：{order.reason}。现发函督办，请按以下要求办理：",
    )
    return OrderSheet(
        title=TITLE,
        number=order.number,
        unit=order.unit.name,
        opening=opening,
        demands=tuple(line.strip() for line in order.demands.splitlines() if line.strip()),
        limit=f"请于{spoken_before(order.due_at, at)}在回响工作台书面答复本函，说明办理情况和依据。",
        office=order.office or office_of(order.region),
        issued_on=_day(at),
        copy_to=order.copy_to,
        receipt=_receipt(order),
    )


def _receipt(order: SupervisionOrder) -> tuple[tuple[str, str], ...]:
    signed = order.received_by.display_name if order.received_by else ""
    return (
        ("文号", order.number),
        ("收函单位", order.unit.name),
        ("签收人", signed),
        ("签收时间", _moment(order.received_at)),
        ("答复时间", _moment(order.answered_at)),
        ("办理情况", order.answer),
    )


def _day(at: datetime) -> str:
    here = localtime(at)
    return f"{here.year}年{here.month}月{here.day}日"


def _moment(at: datetime | None) -> str:
    return f"{_day(at)}{localtime(at):%H:%M}" if at else ""
