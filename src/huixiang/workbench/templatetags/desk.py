"""Template tags of the desk: clocks; `{% load desk %}`."""

from datetime import datetime

from django import template
from django.template import Context
from django.utils import timezone
from django.utils.safestring import SafeString

from huixiang.workbench import wording

register = template.Library()


@register.simple_tag(takes_context=True)
def clock(context: Context, due: datetime | None) -> SafeString:
    """A clock as light, icon and words (还剩2小时), read against the page's `now`; nothing where nothing is owed."""
    now = context.get("now")
    return wording.clock(due, now if isinstance(now, datetime) else timezone.now())
