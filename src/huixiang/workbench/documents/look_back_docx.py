"""The report of a look-back as DOCX, in the typefaces that an office expects."""

from io import BytesIO
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm, Pt, RGBColor

from .docx_file import STRONG_FACE, TEXT_FACE, TITLE_FACE, a4, dress, line, rule
from .look_back_sheet import Entry, LookBackSheet, Table

RED, AMBER = RGBColor(0xA3, 0x27, 0x1A), RGBColor(0x7A, 0x4A, 0x00)
TEXT_POINTS, SMALL_POINTS = 12, 10
FIRST_COLUMN, WHOLE_WIDTH = 74, 156


def look_back_docx(sheet: LookBackSheet) -> bytes:
    """The bytes of the file."""
    document = Document()
    a4(document)
    line(document, sheet.title, face=TITLE_FACE, points=22, center=True)
    rule(line(document, sheet.period, points=TEXT_POINTS, center=True), "808080")
    for words in sheet.summary:
        _text(document, words, indent=True)
    for table in sheet.tables:
        _table(document, table)
    _heading(document, sheet.entries_title)
    for number, entry in enumerate(sheet.entries, start=1):
        _entry(document, number, entry)
    _text(document, "")
    _text(document, sheet.note, points=SMALL_POINTS)
    for words in ("回响网上问政平台", sheet.made_on):
        _text(document, words).alignment = WD_ALIGN_PARAGRAPH.RIGHT
    made = BytesIO()
    document.save(made)
    return made.getvalue()


def _text(document: Any, words: str, *, points: int = TEXT_POINTS, face: str = TEXT_FACE, indent: bool = False) -> Any:
    """A paragraph of the report, set closer than a letter."""
    paragraph = line(document, words, face=face, points=points, indent=indent)
    paragraph.paragraph_format.line_spacing = Pt(points * 1.6)
    return paragraph


def _heading(document: Any, words: str) -> None:
    _text(document, "", points=SMALL_POINTS)
    _text(document, words, face=STRONG_FACE, points=14).paragraph_format.keep_with_next = True


def _table(document: Any, table: Table) -> None:
    _heading(document, table.title)
    grid = document.add_table(rows=0, cols=len(table.columns))
    grid.style = "Table Grid"
    others = (WHOLE_WIDTH - FIRST_COLUMN) / (len(table.columns) - 1)
    for number, row in enumerate((table.columns, *table.rows)):
        for place, (cell, words) in enumerate(zip(grid.add_row().cells, row, strict=True)):
            cell.width = Mm(FIRST_COLUMN if place == 0 else others)
            dress(cell.paragraphs[0].add_run(words), STRONG_FACE if number == 0 else TEXT_FACE, TEXT_POINTS)
            if place:
                cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _entry(document: Any, number: int, entry: Entry) -> None:
    head = _text(document, f"{number}. {entry.title}", face=STRONG_FACE)
    head.paragraph_format.keep_with_next = True
    _text(document, entry.facts, points=SMALL_POINTS).paragraph_format.keep_with_next = True
    _text(document, entry.body).paragraph_format.left_indent = Mm(6)
    for fault in entry.faults:
        named = _text(document, fault.name, face=STRONG_FACE)
        named.runs[0].font.color.rgb = RED if fault.is_grave else AMBER
        if fault.quote:
            dress(named.add_run(f"：{fault.quote}"), TEXT_FACE, TEXT_POINTS)
        for label, words in (("原因：", fault.why), ("改法：", fault.cure)):
            if words:
                _text(document, f"{label}{words}", indent=True)
