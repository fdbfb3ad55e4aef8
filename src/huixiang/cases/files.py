"""Files of citizens and units: sniffed, limited, images re-encoded without metadata, stored sealed."""

import hashlib
import io
import re
import secrets
import struct
import warnings
from collections.abc import Callable
from datetime import datetime

import puremagic
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from PIL import Image, ImageOps, UnidentifiedImageError

from huixiang.accounts.encryption import seal, unseal
from huixiang.nlp.cleaning import neutralise

from .choices import AttachmentKind
from .models import Attachment
from .refusals import Refused

MAX_PIXELS = 40_000_000
MAX_SIDE = 2400
IMAGE_FORMATS = ("JPEG", "PNG", "GIF", "BMP", "WEBP")
AUDIO_TYPES = {".mp3": "audio/mpeg", ".m4a": "audio/mp4", ".wav": "audio/wav", ".ogg": "audio/ogg", ".amr": "audio/amr"}
ACTIVE_PDF = re.compile(rb"/(JavaScript|JS|Launch|EmbeddedFile|RichMedia|XFA)\b")


def take(upload: "UploadedFile[bytes]", *, at: datetime) -> Attachment:
    """Checks and stores one upload and gives its unsaved Attachment; raises Refused with what to do instead."""
    name = _clean_name(upload.name or "")
    limit = settings.UPLOAD_MAX_BYTES
    if (upload.size or 0) > limit:
        raise Refused(f"“{name}”超过{limit // 1024 // 1024}MB，请压缩后再传。", field="files")
    data = upload.read(limit + 1)
    if not data:
        raise Refused(f"“{name}”是空文件。", field="files")
    kind, content_type, data = _sniffed(name, data)
    key = secrets.token_urlsafe(24)
    default_storage.save(key, ContentFile(seal(data)))
    return Attachment(
        key=key,
        name=name,
        kind=kind,
        content_type=content_type,
        size_bytes=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        created_at=at,
    )


def read(file: Attachment) -> bytes:
    """The bytes of a stored file; raises InvalidToken if they were tampered with."""
    with default_storage.open(file.key, "rb") as stored:
        return unseal(stored.read())


def _sniffed(name: str, data: bytes) -> tuple[AttachmentKind, str, bytes]:
    for kind, looks_like in _SIGNS:
        if looks_like(data):
            return _ACCEPT[kind](name, data)
    raise Refused(f"“{name}”不是能接收的文件。请上传图片（JPG、PNG、WebP）、PDF或录音。", field="files")


def _is_image(data: bytes) -> bool:
    return data.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n", b"GIF8", b"BM")) or (
        data[:4] == b"RIFF" and data[8:12] == b"WEBP"
    )


def _is_audio(data: bytes) -> bool:
    return _audio_extension(data) in AUDIO_TYPES


def _audio_extension(data: bytes) -> str:
    if data.startswith(b"#!AMR"):
        return ".amr"
    try:
        return puremagic.from_string(data).lower()
    except puremagic.PureError:
        return ""


# What Pillow raises for files that are damaged or made to harm, among them texts that unpack to megabytes (ValueError).
_BROKEN = (
    UnidentifiedImageError, OSError, ValueError, SyntaxError, struct.error,
    Image.DecompressionBombWarning, Image.DecompressionBombError,
)  # fmt: skip


def _image(name: str, data: bytes) -> tuple[AttachmentKind, str, bytes]:
    """Decoded and encoded again: position, camera and anything hidden behind the picture are gone."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            opened = Image.open(io.BytesIO(data), formats=IMAGE_FORMATS)
            if opened.width * opened.height > MAX_PIXELS:
                raise Refused(f"“{name}”的像素太多，请缩小后再传。", field="files")
            picture = ImageOps.exif_transpose(opened).convert("RGB")
    except _BROKEN as error:
        raise Refused(f"“{name}”打不开，可能已损坏。请换一张图片。", field="files") from error
    picture.thumbnail((MAX_SIDE, MAX_SIDE))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=85)
    return AttachmentKind.IMAGE, "image/jpeg", out.getvalue()


def _pdf(name: str, data: bytes) -> tuple[AttachmentKind, str, bytes]:
    if ACTIVE_PDF.search(data):
        raise Refused(f"“{name}”里带有脚本或内嵌文件，不能接收。请另存为普通PDF再传。", field="files")
    return AttachmentKind.PDF, "application/pdf", data


def _audio(name: str, data: bytes) -> tuple[AttachmentKind, str, bytes]:
    return AttachmentKind.AUDIO, AUDIO_TYPES[_audio_extension(data)], data


_SIGNS: list[tuple[AttachmentKind, Callable[[bytes], bool]]] = [
    (AttachmentKind.IMAGE, _is_image),
    (AttachmentKind.PDF, lambda data: data.startswith(b"%PDF-")),
    (AttachmentKind.AUDIO, _is_audio),
]
_ACCEPT: dict[AttachmentKind, Callable[[str, bytes], tuple[AttachmentKind, str, bytes]]] = {
    AttachmentKind.IMAGE: _image,
    AttachmentKind.PDF: _pdf,
    AttachmentKind.AUDIO: _audio,
}


def _clean_name(name: str) -> str:
    plain = re.sub(r"[\\/:*?\"<>|\n]", "_", neutralise(name))[-100:]
    return plain or "未命名"
