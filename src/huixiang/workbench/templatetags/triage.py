"""Filters of the triage pages."""

from django import template

register = template.Library()


@register.filter
def share(value: float | None) -> str:
    """A share of 1 in hundredths: 0.914 is 91%; a dash where there is none."""
    return "—" if value is None else f"{value:.0%}"
