"""Pages of words: how it works, what happens to personal data, what this is; and a word to robots."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from huixiang.cases.choices import CLOCK_LABELS, Lane, MessageKind
from huixiang.cases.deadlines import general
from huixiang.cases.reasons import reasons
from huixiang.rules.calendar import CHINA
from huixiang.rules.clocks import ClockKind

from ..forms.submit import VISIBILITY_WORDS
from ..kept import kept, public_version
from .pages import Asked, show


@require_safe
@kept(public_version)
def help_page(request: Asked) -> HttpResponse:
    """Explains writing, following and rating, and why a message may not be taken, with where else to go."""
    context = {
        "rejections": reasons("reject").values(),
        "diversions": reasons("divert").values(),
        "limits": _limits(request),
        "visibilities": [words.split("：", 1) for words in VISIBILITY_WORDS.values()],
    }
    return show(request, "help", context)


@require_safe
@kept(public_version)
def privacy(request: Asked) -> HttpResponse:
    """Says what is done with personal data."""
    return show(request, "privacy")


@require_safe
@kept(public_version)
def about(request: Asked) -> HttpResponse:
    """Says what this platform is."""
    return show(request, "about")


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Keeps robots off forms and personal pages."""
    closed = [reverse(f"portal:{name}") for name in ("submit", "track", "sign_in", "mine")]
    closed += ["/support/", "/files/", "/desk/", "/display/"]
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in closed)]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


def _limits(request: Asked) -> list[tuple[str, str, str]]:
    """The province's limits in words: (what, for which messages, how long), as they stand today."""
    today = request.at.astimezone(CHINA).date()
    plain = general("", today)
    clocks = [ClockKind.REVIEW, ClockKind.ASSIGN, ClockKind.SIGN, ClockKind.FIRST_WORD]
    rows = [(clock, "一般留言", plain.standard(clock, Lane.STANDARD)) for clock in clocks]
    rows += [(clock, "紧急留言", plain.standard(clock, Lane.URGENT)) for clock in [*clocks, ClockKind.ANSWER]]
    for kind in MessageKind:
        rows.append((ClockKind.ANSWER, kind.label, general(kind, today).standard(ClockKind.ANSWER, Lane.STANDARD)))
    rows.append((ClockKind.REOPENING, "办结以后", plain.standard(ClockKind.REOPENING, Lane.STANDARD)))
    return [(CLOCK_LABELS[clock], who, standard.span.words()) for clock, who, standard in rows if standard]
