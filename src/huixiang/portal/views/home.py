"""The home page: what this is, what has been answered, where to start."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from huixiang.cases.choices import Visibility
from huixiang.cases.models import Case, Column

from ..cards import cards
from ..figures import home_figures
from ..kept import kept, public_version
from .pages import Asked, show_framed

ANSWERS = 6
NEWEST = 6


@require_safe
@kept(public_version)
def home(request: Asked) -> HttpResponse:
    """Shows the search box, the columns, the live figures, the newest answers and messages."""
    shown = Case.objects.public().for_lists()
    answered = list(shown.newly_answered()[:ANSWERS])
    known = {c.pk for c in answered}
    # A message that stands among the answers already need not stand among the new ones again.
    latest = shown.filter(visibility=Visibility.PUBLIC).newest()[: ANSWERS + NEWEST]
    newest = [c for c in latest if c.pk not in known][:NEWEST]
    both = cards([*answered, *newest])
    context = {
        "columns": Column.objects.filter(is_active=True),
        "figures": home_figures(),
        "answers": both[: len(answered)],
        "newest": both[len(answered) :],
    }
    return show_framed(request, "home", context)
