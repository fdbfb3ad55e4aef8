"""The pages people see when something goes wrong: what happened and what to do next, in plain words."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that cannot be understood."""
    return _told(request, "400.html", 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a person who may not see this."""
    return _told(request, "403.html", 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer an address that leads nowhere, or nowhere for this person; the two look the same."""
    return _told(request, "404.html", 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer our own failure without touching session or database."""
    return _told(request, "500.html", 500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form whose token has expired or is missing."""
    return _told(request, "403_csrf.html", 403)


def _told(request: HttpRequest, template: str, status: int) -> HttpResponse:
    response = render(request, template, status=status)
    # What a person may not see now, they may see later; and an address that was tried stays on no shared machine.
    add_never_cache_headers(response)
    return response
