"""The order as PDF, set by Typst from `order.typ` with the Chinese font that ships as a package and is embedded."""

import json
from importlib.resources import files
from pathlib import Path

import typst

from .sheet import OrderSheet

TEMPLATE = Path(__file__).with_name("order.typ")
FONTS = Path(str(files("manimgx_fonts_cjk")))


def order_pdf(sheet: OrderSheet) -> bytes:
    """The bytes of the file; words are handed over as data, so nothing in them is read as markup."""
    return typst.compile(
        TEMPLATE,
        sys_inputs={"sheet": json.dumps(sheet.parts(), ensure_ascii=False)},
        font_paths=[FONTS],
        ignore_system_fonts=True,
        format="pdf",
    )
