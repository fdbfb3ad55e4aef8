"""The report of a look-back as PDF, set by Typst from `look_back.typ`; words are data, never markup."""

import json
from pathlib import Path

import typst

from .look_back_sheet import LookBackSheet
from .pdf_file import FONTS

TEMPLATE = Path(__file__).with_name("look_back.typ")


def look_back_pdf(sheet: LookBackSheet) -> bytes:
    """The bytes of the file."""
    return typst.compile(
        TEMPLATE,
        sys_inputs={"sheet": json.dumps(sheet.parts(), ensure_ascii=False)},
        font_paths=[FONTS],
        ignore_system_fonts=True,
        format="pdf",
    )
