"""Serving files that strangers uploaded, the same in every door."""

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from huixiang.cases import files
from huixiang.cases.choices import AttachmentKind
from huixiang.cases.models import Attachment

SHOWN_INLINE = {AttachmentKind.IMAGE, AttachmentKind.AUDIO}


def file_response(file: Attachment) -> HttpResponse:
    """The bytes of a file, so that nothing in it can run and no cache keeps it; call after the access check."""
    response = HttpResponse(files.read(file), content_type=file.content_type)
    header = content_disposition_header(file.kind not in SHOWN_INLINE, file.name)
    response["Content-Disposition"] = header or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    # A file can be hidden again; then nobody shall have it from a cache.
    response["Cache-Control"] = "private, no-store"
    return response
