"""What the frame of every desk page shows: the navigation with its counts, the person and the search box."""

from typing import TYPE_CHECKING, Any

from django.urls import NoReverseMatch, reverse

from huixiang.accounts.roles import ADMIN_ROLES, Role
from huixiang.units.access import Actor

from .queues import CAP, POOL, Entry, queues_of, waiting

if TYPE_CHECKING:
    from .doors import DeskRequest

# Pages of the navigation besides the queues: address, words, icon, keys, and the roles that have them (all if none).
PAGES: tuple[tuple[str, str, str, str, tuple[Role, ...]], ...] = (
    ("desk:search", "全部留言", "search", "g s", ()),
    ("desk:logs", "操作日志", "journal-text", "g l", tuple(ADMIN_ROLES)),
    ("desk:administration", "人员与单位", "sliders", "g m", (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN)),
)
# Queues that have a desk of their own.
OWN_DESKS = {"moderate": ("desk:review", "g r"), "inspect": ("desk:quality", "g q"), POOL: ("desk:pool", "g p")}


def desk(actor: Actor, request: "DeskRequest") -> dict[str, Any]:
    """The context of `ui/desk_base.html`; what waits is read once per request."""
    return {
        "now": request.at,
        "desk_nav": navigation(actor, waiting_for(request), request.path),
        "desk_user": actor.user.display_name if actor.user else "",
        "desk_unit": "、".join(dict.fromkeys(g.unit_name for g in actor.grants if g.unit_name)),
        "desk_roles": actor.role_names,
        "desk_search_url": address("desk:search"),
        "desk_query": request.GET.get("q", "") if request.path == address("desk:search") else "",
        "sign_out_url": reverse("desk:sign_out"),
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
    inbox = reverse("desk:inbox")
    links = [_link("我的待办", inbox, "house", "g i", path=path)]
    for queue in queues_of(actor):
        name, keys = OWN_DESKS.get(queue.code, ("", ""))
        url = address(name) if name else f"{inbox}#{queue.code}"
        links.append(_link(queue.title, url, queue.icon, keys, path=path, count=counted(entries[queue.code])))
    for name, words, icon, keys, roles in PAGES:
        if (not roles or actor.has(*roles)) and (url := address(name)):
            links.append(_link(words, url, icon, keys, path=path))
    return links


def counted(entries: list[Entry]) -> str:
    """How many wait, up to the cap: 12, 99+; empty for none."""
    return "99+" if len(entries) >= CAP else str(len(entries) or "")


def address(name: str) -> str:
    """The address of a page of the desk; empty where this installation has none."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def _link(words: str, url: str, icon: str, keys: str, *, path: str, count: str = "") -> dict[str, Any]:
    return {"label": words, "url": url, "icon": icon, "shortcut": keys, "active": url == path, "count": count}
