"""Files of messages and replies, only for whom they are meant."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from huixiang.cases import access
from huixiang.ui.serving import file_response

from .pages import Asked, opened


@require_safe
def file(request: Asked, key: str) -> HttpResponse:
    """Serves one file to whom it is meant for."""
    return file_response(access.file_for(request.actor, key, at=request.at, opened=opened(request)))
