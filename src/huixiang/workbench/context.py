"""What the frame of every desk page shows: the navigation with its counts, the person and the search box."""

from typing import TYPE_CHECKING, Any

from huixiang.accounts.roles import REGION_ROLES, UNIT_ROLES, Role
from huixiang.cases.actions import delivering
from huixiang.cases.knowledge_access import KEEPING
from huixiang.notices.actions import reading, telling
from huixiang.quality.access import LOOKING_BACK
from huixiang.supervision.access import ANSWERING, LOOKING_ON, OVERSIGHT
from huixiang.ui import addresses
from huixiang.units.access import Actor

from .queues import CAP, INSTRUCTED, POOL, WATCHING, Entry, queues_of, waiting

if TYPE_CHECKING:
    from .doors import DeskRequest

SETS_LIMITS = (Role.SYSTEM_ADMIN, Role.COORDINATOR, Role.SUPERVISOR)
HOT_MATTERS = (Role.MODERATOR, Role.COORDINATOR, Role.SUPERVISOR, Role.LEADER, Role.CONVENOR)
TRIAGE_FIGURES = (Role.COORDINATOR, Role.SUPERVISOR, Role.ANALYST, Role.SYSTEM_ADMIN)
SEES_CASES = tuple(UNIT_ROLES | REGION_ROLES)
# Whoever runs the system sees on every page how much of this waits.
DELIVERIES = "desk:deliveries"
# Pages of the navigation besides the queues: address, words, icon, keys, and the roles that have them.
PAGES: tuple[tuple[str, str, str, str, tuple[Role, ...]], ...] = (
    ("desk:search", "全部留言", "search", "g s", SEES_CASES),
    ("desk:supervision", "督办台", "bell", "g u", LOOKING_ON),
    ("desk:orders", "督办函", "file-earmark-text", "g f", (*LOOKING_ON, *ANSWERING)),
    ("desk:obligations", "本单位应办", "calendar3", "g b", ANSWERING),
    ("desk:commitments", "本单位的承诺", "flag", "g e", ANSWERING),
    ("desk:knowledge", "知识库", "bookmark", "", KEEPING),
    ("desk:leader", "领导晨报", "journal-text", "g j", (Role.LEADER, Role.CONVENOR, Role.SUPERVISOR)),
    ("desk:risks", "风险", "exclamation-octagon-fill", "g x", LOOKING_ON),
    ("desk:instructions", "领导批示", "pencil-square", "g c", (Role.LEADER, *OVERSIGHT)),
    ("desk:inspections", "定期查办", "clipboard-check", "g k", LOOKING_ON),
    ("desk:admonitions", "约谈和通报", "megaphone", "g a", ANSWERING),
    ("desk:looking_back", "回头看", "arrow-counterclockwise", "g h", LOOKING_BACK),
    ("desk:triage", "系统拿不准的", "question-circle", "g y", (Role.MODERATOR, Role.COORDINATOR)),
    ("desk:triage_hot", "热点问题", "flag-fill", "g z", HOT_MATTERS),
    ("desk:triage_figures", "研判准不准", "bar-chart", "", TRIAGE_FIGURES),
    ("desk:overdue", "超时一览", "clock-history", "g o", WATCHING),
    ("desk:standards", "办理时限标准", "hourglass-split", "g n", SETS_LIMITS),
    ("desk:calendar", "工作日历", "calendar3", "g w", SETS_LIMITS),
    ("desk:looks", "原文查看记录", "eye", "g l", (Role.AUDIT_ADMIN,)),
    ("desk:ledger", "账本核验", "shield-lock", "g v", (Role.AUDIT_ADMIN,)),
    (DELIVERIES, "没办成的后台事项", "exclamation-triangle", "g d", (Role.SYSTEM_ADMIN,)),
    ("desk:people", "人员和角色", "people", "g m", (Role.SECURITY_ADMIN,)),
)
# Queues that have a desk of their own.
OWN_DESKS = {
    "moderate": ("desk:review", "g r"),
    "inspect": ("desk:quality", "g q"),
    "overrides": ("desk:overrides", ""),
    INSTRUCTED: ("desk:tasks", "g t"),
    POOL: ("desk:pool", "g p"),
}


def desk(actor: Actor, request: "DeskRequest") -> dict[str, Any]:
    """The context of `ui/desk_base.html`; what waits is read once per request."""
    search = addresses.to("desk:search")
    return {
        "now": request.at,
        "desk_nav": navigation(actor, waiting_for(request), request.path),
        "desk_user": actor.user.display_name if actor.user else "",
        "desk_unit": "、".join(dict.fromkeys(g.unit_name for g in actor.grants if g.unit_name)),
        "desk_roles": actor.role_names,
        "desk_search_url": search if actor.has(*SEES_CASES) else "",
        "desk_query": request.GET.get("q", "") if request.path == search else "",
        "desk_notices_url": addresses.to("desk:notices"),
        "desk_unread": unread(actor),
        "sign_out_url": addresses.to("desk:sign_out"),
    }


def waiting_for(request: "DeskRequest") -> dict[str, list[Entry]]:
    """What waits for the person of this request, read once."""
    known: dict[str, list[Entry]] | None = getattr(request, "_waiting", None)
    if known is None:
        known = waiting(request.actor, request.at)
        request._waiting = known  # type: ignore[attr-defined]
    return known


def navigation(actor: Actor, entries: dict[str, list[Entry]], path: str) -> list[dict[str, Any]]:
    """The links down the side: the inbox, each queue with what waits in it, the other pages of the roles held."""
    inbox = addresses.to("desk:inbox")
    links = [_link("我的待办", inbox, "house", "g i", path=path)]
    for queue in queues_of(actor):
        name, keys = OWN_DESKS.get(queue.code, ("", ""))
        url = addresses.to(name) if name else f"{inbox}#{queue.code}"
        links.append(_link(queue.title, url, queue.icon, keys, path=path, count=counted(entries[queue.code])))
    pages = [row for row in PAGES if actor.has(*row[-1])]
    for name, words, icon, keys, _ in pages:
        count = _troubles() if name == DELIVERIES else ""
        links.append(_link(words, addresses.to(name), icon, keys, path=path, count=count))
    return links


def unread(actor: Actor) -> str:
    """How many notices the person has not opened: 3, 99+; empty for none."""
    number = reading.unread(actor.user) if actor.user else 0
    return "99+" if number >= reading.MOST_COUNTED else str(number or "")


def _troubles() -> str:
    """How many notices and consequences did not get through: 3, 99+; empty for none."""
    number = telling.trouble_count(CAP) + delivering.failing_count(CAP)
    return "99+" if number >= CAP else str(number or "")


def counted(entries: list[Entry]) -> str:
    """How many wait, up to the cap: 12, 99+; empty for none."""
    return "99+" if len(entries) >= CAP else str(len(entries) or "")


def _link(words: str, url: str, icon: str, keys: str, *, path: str, count: str = "") -> dict[str, Any]:
    return {"label": words, "url": url, "icon": icon, "shortcut": keys, "active": url == path, "count": count}
