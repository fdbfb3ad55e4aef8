"""Template tags of the desk: clocks and states; `{% load desk %}`."""

from datetime import datetime

from django import template
from django.template import Context
from django.utils import timezone
from django.utils.safestring import SafeString

from huixiang.cases.choices import STAFF_STATE_LABELS
from huixiang.rules.lifecycle import State
from huixiang.ui.templatetags.ui import state_badge
from huixiang.workbench import wording

register = template.Library()


@register.simple_tag(takes_context=True)
def clock(context: Context, due: datetime | None) -> SafeString:
    """A clock as light, icon and words (还剩2小时), read against the page's `now`; nothing where nothing is owed."""
    now = context.get("now")
    return wording.clock(due, now if isinstance(now, datetime) else timezone.now())


@register.simple_tag(takes_context=True)
def tentative(context: Context, due: datetime | None) -> SafeString:
    """The mark of a due time counted into a year whose holidays are not in the calendar yet; nothing beside any other.

    For due times that are counted off the calendar: a date that somebody promised needs no mark.

    The calendar is read once per request, and only where a due time lies in a later year than the page.
    """
    now = context.get("now")
    kept = vars(context["request"]) if "request" in context else {}
    if "marks_tentative" not in kept:
        kept["marks_tentative"] = wording.marker(now if isinstance(now, datetime) else timezone.now())
    mark: SafeString = kept["marks_tentative"](due)
    return mark


@register.simple_tag
def desk_state(code: str) -> SafeString:
    """A case's state as icon and words, in the words of the desk."""
    return state_badge(code, state_words(code))


@register.filter
def state_words(code: str) -> str:
    """A case's state in the words of the desk."""
    return STAFF_STATE_LABELS[State(code)]
