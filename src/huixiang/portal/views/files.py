"""Files of messages and replies, only for whom they are meant."""

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from huixiang.cases import access, files
from huixiang.cases.choices import AttachmentKind

from .pages import Asked, opened

SHOWN_INLINE = {AttachmentKind.IMAGE, AttachmentKind.AUDIO}


@require_safe
def file(request: Asked, key: str) -> HttpResponse:
    """Serves one file, so that nothing in it can run and no cache keeps it."""
    found = access.file_for(request.actor, key, at=request.at, opened=opened(request))
    response = HttpResponse(files.read(found), content_type=found.content_type)
    header = content_disposition_header(found.kind not in SHOWN_INLINE, found.name)
    response["Content-Disposition"] = header or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    # A file can be hidden again; then nobody shall have it from a cache.
    response["Cache-Control"] = "private, no-store"
    return response
