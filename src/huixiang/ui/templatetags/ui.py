"""Template tags and filters of the design system; `{% load ui %}`."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django import template
from django.conf import settings
from django.core.paginator import Page
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, FileInput, RadioSelect, Select, Textarea
from django.http import QueryDict
from django.template import Context
from django.templatetags.static import static
from django.urls import NoReverseMatch, get_script_prefix, reverse
from django.utils import timezone
from django.utils.html import conditional_escape, escape, format_html
from django.utils.safestring import SafeString, mark_safe

from huixiang.ui import addresses, moments, track, vocabulary

register = template.Library()


def _now(context: Context) -> datetime:
    """Take the moment the page speaks about from the context, or else the clock."""
    given = context.get("now")
    return given if isinstance(given, datetime) else timezone.now()


# -- time --------------------------------------------------------------------


@register.filter(name="when")
def when_filter(at: date | datetime | None) -> str:
    """Say a moment or date; an absent one is empty."""
    return moments.spoken(at, timezone.now()) if at else ""


@register.filter(name="when_before")
def when_before_filter(at: date | datetime | None) -> str:
    """Say a limit, ending in 前; an absent one is empty."""
    return moments.spoken_before(at, timezone.now()) if at else ""


@register.filter(name="ago")
def ago_filter(at: datetime | None) -> str:
    """Say how long ago a moment was; an absent one is empty."""
    return moments.ago(at, timezone.now()) if at else ""


@register.filter(name="left")
def left_filter(due: datetime | None) -> str:
    """Say what is left until a limit; an absent one is empty."""
    return moments.left(due, timezone.now()) if due else ""


@register.simple_tag(takes_context=True)
def when(context: Context, at: date | datetime | None) -> SafeString:
    """Show a moment in a <time> element, read against the page's `now`."""
    return _time_element(at, moments.spoken(at, _now(context))) if at else mark_safe("")


@register.simple_tag(takes_context=True)
def when_before(context: Context, at: date | datetime | None) -> SafeString:
    """Show a limit in a <time> element, read against the page's `now`."""
    return _time_element(at, moments.spoken_before(at, _now(context))) if at else mark_safe("")


@register.simple_tag(takes_context=True)
def ago(context: Context, at: datetime | None) -> SafeString:
    """Show how long ago a moment was; the exact moment stands in the title."""
    return _time_element(at, moments.ago(at, _now(context)), moments.spoken(at, _now(context))) if at else mark_safe("")


@register.simple_tag(takes_context=True)
def left(context: Context, due: datetime | None) -> SafeString:
    """Show what is left until a limit; the exact limit stands in the title."""
    if not due:
        return mark_safe("")
    return _time_element(due, moments.left(due, _now(context)), moments.spoken_before(due, _now(context)))


def _time_element(at: date | datetime, words: str, title: str = "") -> SafeString:
    # Digits and our own words: nothing to escape.
    more = f' title="{title}"' if title else ""
    return mark_safe(f'<time datetime="{at.isoformat()}"{more}>{words}</time>')  # noqa: S308


# -- text --------------------------------------------------------------------


@register.filter
def paragraphs(text: str | None) -> SafeString:
    """Turn plain text into escaped paragraphs; single line breaks stay line breaks."""
    blocks = re.split(r"\n\s*\n", (text or "").replace("\r\n", "\n").replace("\r", "\n").strip())
    return mark_safe("".join(f"<p>{escape(block).replace(chr(10), '<br>')}</p>" for block in blocks if block.strip()))  # noqa: S308 - escaped


@register.simple_tag(name="highlight")
def highlight_tag(text: str | None, words: str | Iterable[str] | None) -> SafeString:
    """Do what the filter does, in places where the words may be absent from the context."""
    return highlight(text, words)


@register.filter
def highlight(text: str | None, words: str | Iterable[str] | None) -> SafeString:
    """Escape text and put <mark> around each search word, longest first, whatever its case."""
    text = text or ""
    wanted = words.split() if isinstance(words, str) else [w for w in words or () if w]
    if not wanted:
        return conditional_escape(text)
    pattern = re.compile("|".join(re.escape(w) for w in sorted(wanted, key=len, reverse=True)), re.IGNORECASE)
    pieces, end = [], 0
    for hit in pattern.finditer(text):
        pieces.append(f"{escape(text[end : hit.start()])}<mark>{escape(hit.group())}</mark>")
        end = hit.end()
    return mark_safe("".join(pieces) + escape(text[end:]))  # noqa: S308 - every piece is escaped


# -- addresses ---------------------------------------------------------------


@register.simple_tag(takes_context=True)
def query_replace(context: Context, **changes: object) -> str:
    """Keep the query string with some keys replaced; an empty value or None drops its key."""
    request = context.get("request")
    query = request.GET.copy() if request is not None else QueryDict(mutable=True)
    for key, value in changes.items():
        query.pop(key, None)
        if value not in (None, ""):
            query[key] = str(value)
    return f"?{query.urlencode()}"


@register.simple_tag(takes_context=True)
def nav_link(context: Context, name: str, label: str, icon_name: str, extra: str = "") -> SafeString:
    """Link to a named address and mark it when it is the page shown; a name that is not routed shows nothing."""
    match = getattr(context.get("request"), "resolver_match", None)
    is_current = match is not None and match.view_name == name
    return _drawn_link((settings.ROOT_URLCONF, get_script_prefix()), name, label, icon_name, extra, is_current)


# Every page draws a dozen of them; each is drawn once per process, anew where the addresses are others.
@lru_cache(maxsize=256)
def _drawn_link(  # noqa: PLR0917 - a cache sees them by place
    addresses: tuple[str, str], name: str, label: str, icon_name: str, extra: str, is_current: bool
) -> SafeString:
    url = _address(*addresses, name)
    if not url:
        return mark_safe("")
    current = mark_safe(' aria-current="page"') if is_current else ""
    link = '<li class="{}"><a href="{}"{}>{}<span>{}</span></a></li>'
    return format_html(link, extra, url, current, icon(icon_name), label)


# The tag of Django's own name, quicker: a list of twenty rows asks for eighty addresses.
@register.simple_tag
def url(name: str, *args: object) -> str:
    """Give the address of a named page."""
    return addresses.to(name, *args)


@register.simple_tag(takes_context=True)
def display_links(context: Context) -> SafeString:
    """Link to the switches of 大字版 and 高对比, leading back to `here` or the page shown; nothing where not routed."""
    base = _address(settings.ROOT_URLCONF, get_script_prefix(), "ui:display")
    if not base:
        return mark_safe("")
    shown, request = context.get("display"), context.get("request")
    here = request.get_full_path() if request is not None and request.method == "GET" else "/"
    back = urlencode({"next": context.get("here") or here})
    is_large, is_contrast = getattr(shown, "is_large", False), getattr(shown, "is_contrast", False)
    return format_html(
        """<ul class="display-links" hx-boost="false">
  <li><a rel="nofollow" href="{}?text={}&amp;{}">{}</a></li>
  <li><a rel="nofollow" href="{}?contrast={}&amp;{}">{}</a></li>
</ul>""",
        *(base, "0" if is_large else "1", back, "标准字号" if is_large else "大字版"),
        *(base, "0" if is_contrast else "1", back, "标准对比" if is_contrast else "高对比"),
    )


@lru_cache(maxsize=64)
def _address(urlconf: str, prefix: str, name: str) -> str:
    """The address of a name without arguments; empty where it is not routed."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


@register.simple_tag
def page_range(page: Page[Any]) -> list[int]:
    """List the page numbers worth showing around the current one; 0 stands for a gap."""
    last = page.paginator.num_pages
    near = sorted({1, last, *range(max(1, page.number - 2), min(last, page.number + 2) + 1)})
    numbers: list[int] = []
    for number in near:
        if numbers and number - numbers[-1] > 1:
            numbers.append(0)
        numbers.append(number)
    return numbers


# -- components --------------------------------------------------------------


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """Draw an icon of the vendored sprite; without a label it is decoration and hidden from screen readers."""
    return _drawn_icon(str(name), str(label))


# Lists draw icons and badges by the hundred and there are few kinds of them, so each is formatted once per process.
@lru_cache(maxsize=512)
def _drawn_icon(name: str, label: str) -> SafeString:
    href = f"{static('vendor/bootstrap-icons.svg')}#{name}"
    if label:
        return format_html('<svg class="icon" role="img" aria-label="{}"><use href="{}"></use></svg>', label, href)
    return format_html('<svg class="icon" aria-hidden="true" focusable="false"><use href="{}"></use></svg>', href)


@lru_cache(maxsize=512)
def _badge(family: str, code: str, label: str) -> SafeString:
    mark = vocabulary.mark(family, code, label)
    badge = '<span class="badge-mark tone-{} {}-{}">{}{}</span>'
    return format_html(badge, mark.tone, family, code, icon(mark.icon), mark.label)


@register.simple_tag
def state_badge(code: str, label: str = "") -> SafeString:
    """Show a case state as icon and words; the caller's words win over the house's."""
    return _badge("state", str(code), str(label))


@register.simple_tag
def resolution_badge(code: str, label: str = "") -> SafeString:
    """Show an outcome as icon and words; the caller's words win over the house's."""
    return _badge("resolution", str(code), str(label))


@register.simple_tag
def kind_badge(code: str, label: str = "") -> SafeString:
    """Show a reply kind as icon and words; the caller's words win over the house's."""
    return _badge("kind", str(code), str(label))


@register.simple_tag
def reply_state_badge(code: str, label: str = "") -> SafeString:
    """Show where a reply is on its way out as icon and words; the caller's words win over the house's."""
    return _badge("reply_state", str(code), str(label))


@register.simple_tag
def task_badge(code: str, label: str = "") -> SafeString:
    """Show the state of one unit's task as icon and words; the caller's words win over the house's."""
    return _badge("task", str(code), str(label))


@register.simple_tag
def urgency_badge(code: str, label: str = "") -> SafeString:
    """Show how urgent a case is as icon and words; the caller's words win over the house's."""
    return _badge("urgency", str(code), str(label))


@register.simple_tag
def light(code: str, words: str = "") -> SafeString:
    """Show a clock's light as icon and words; words such as 还剩2小时 follow the light's own."""
    mark = vocabulary.mark("light", str(code))
    more = format_html('<span class="light-words">{}</span>', words) if words else ""
    shown = '<span class="light light-{}">{}<span class="light-name">{}</span>{}</span>'
    return format_html(shown, code, icon(mark.icon), mark.label, more)


_LINK = """<li><a href="{}"{}{}>{}<span class="desk-nav-label">{}</span>{}</a></li>"""
_COUNT = '<span class="desk-nav-count">{}<span class="visually-hidden">件</span></span>'


@register.simple_tag
def desk_links(items: Iterable[Mapping[str, Any]]) -> SafeString:
    """Show the links {label, url, count, active, icon, shortcut} down the side of the desk; every desk page does."""
    links = "\n".join(
        _LINK.format(
            escape(item["url"]),
            ' aria-current="page"' if item.get("active") else "",
            f' data-shortcut="{escape(item["shortcut"])}"' if item.get("shortcut") else "",
            icon(item["icon"]) if item.get("icon") else "",
            escape(item["label"]),
            _COUNT.format(escape(item["count"])) if item.get("count") else "",
        )
        for item in items
    )
    return mark_safe(links)  # noqa: S308 - every part is escaped


# In Python, because a case page draws a dozen of them: as a template they would take a third of its time.
_ITEM = """<li class="timeline-item{}">
    <span class="timeline-dot">{}</span>
    <div class="timeline-body">
      <p class="timeline-title">{}</p>
      <p class="timeline-meta">{}{}</p>{}
    </div>
  </li>"""


@register.simple_tag(takes_context=True)
def timeline(context: Context, events: Iterable[Mapping[str, Any]]) -> SafeString:
    """Show entries {time, title, text, actor, icon, tone} of a timeline, oldest or newest first as given."""
    items = "".join(_timeline_item(event, _now(context)) for event in events)
    return mark_safe(f'<ol class="timeline">{items}</ol>')  # noqa: S308 - every item is escaped


def _timeline_item(event: Mapping[str, Any], now: datetime) -> str:
    said, actor = event.get("text"), event.get("actor")
    return _ITEM.format(
        f" tone-{event['tone']}" if event.get("tone") else "",
        icon(event.get("icon") or "circle-fill"),
        escape(event["title"]),
        _time_element(event["time"], moments.spoken(event["time"], now)),
        f"<span>{escape(actor)}</span>" if actor else "",
        f'<div class="timeline-text">{paragraphs(said)}</div>' if said else "",
    )


_STEP = """<li class="track-step is-{0}"{1}>
    <span class="track-dot">{2}</span>
    <span class="track-label">{3}<span class="visually-hidden">（{4}）</span></span>{5}
  </li>"""
_STATUS = {"done": "已完成", "current": "进行中", "stopped": "到此为止", "todo": "还没到"}
_STATUS_ICONS = {"done": "check-lg", "stopped": "dash-circle"}


@register.simple_tag
def where_it_stands(state: str, times: dict[str, datetime] | None = None) -> SafeString:
    """Show the five steps 提交 审核 交办 办理 办结 for a case state."""
    items = "".join(_track_step(step, place) for place, step in enumerate(track.steps(state, times), 1))
    return mark_safe(f'<ol class="track" aria-label="办理进度">{items}</ol>')  # noqa: S308 - every step is escaped


def _track_step(step: track.Step, place: int) -> str:
    return _STEP.format(
        step.status,
        ' aria-current="step"' if step.status in {"current", "stopped"} else "",
        icon(_STATUS_ICONS[step.status]) if step.status in _STATUS_ICONS else place,
        escape(step.label),
        _STATUS[step.status],
        f'<span class="track-time">{moments.short(step.at)}</span>' if step.at else "",
    )


_GROUPS = (RadioSelect, CheckboxSelectMultiple)


@register.inclusion_tag("ui/parts/field.html")
def field(
    bound: BoundField, label: str = "", help_text: str = "", counter: bool = True, show_help: bool = True
) -> dict[str, Any]:
    """Show a form field with label, help (show_help=False: for screen readers only), errors and their wiring."""
    widget = bound.field.widget
    help_text = str(help_text or bound.help_text)
    notes = [f"{bound.auto_id}_help"] if help_text else []
    if bound.errors:
        notes.insert(0, f"{bound.auto_id}_error")
    attrs: dict[str, Any] = {"class": _widget_class(bound)}
    if bound.errors:
        attrs["aria-invalid"] = "true"
    if counter and widget.attrs.get("maxlength") and not isinstance(widget, (*_GROUPS, Select)):
        attrs["data-counter"] = f"{bound.auto_id}_count"
        notes.append(f"{bound.auto_id}_count")
    if notes:
        attrs["aria-describedby"] = " ".join(notes)
    if isinstance(widget, FileInput):
        attrs["data-files"] = f"{bound.auto_id}_files"
    return {
        "bound": bound,
        "label": label or bound.label,
        "help_text": help_text,
        "show_help": show_help,
        "notes": " ".join(notes),
        "control": bound.as_widget(attrs=attrs),
        "is_group": isinstance(widget, _GROUPS),
        "is_check": isinstance(widget, CheckboxInput),
        "is_file": isinstance(widget, FileInput),
        "count_id": attrs.get("data-counter", ""),
        "limit": widget.attrs.get("maxlength", ""),
    }


def _widget_class(bound: BoundField) -> str:
    """Name Bootstrap's class for a widget, keeping the classes it already has."""
    widget = bound.field.widget
    if isinstance(widget, (*_GROUPS, CheckboxInput)):
        name = "form-check-input"
    elif isinstance(widget, Select):
        name = "form-select"
    else:
        name = "form-control form-text-area" if isinstance(widget, Textarea) else "form-control"
    wrong = " is-invalid" if bound.errors else ""
    return f"{name}{wrong} {widget.attrs.get('class', '')}".strip()
