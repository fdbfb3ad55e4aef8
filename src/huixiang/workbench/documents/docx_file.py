"""The order as DOCX, with the typefaces that an office expects; a machine without them shows its own."""

from io import BytesIO
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from .sheet import OrderSheet

RED = RGBColor(0xB3, 0x26, 0x1E)
# GB/T 9704-2012: the title in 小标宋, the text in 仿宋 of size 三号 (16 pt), emphasis in 黑体.
TITLE_FACE, TEXT_FACE, STRONG_FACE = "方正小标宋简体", "仿宋_GB2312", "黑体"


def order_docx(sheet: OrderSheet) -> bytes:
    """The bytes of the file."""
    document = Document()
    a4(document)
    line(document, sheet.title, face=TITLE_FACE, points=30, center=True, red=True)
    rule(line(document, sheet.number, center=True), "B3261E")
    line(document, f"{sheet.unit}：")
    for words in sheet.opening:
        line(document, words, indent=True)
    for n, words in enumerate(sheet.demands, start=1):
        line(document, f"{n}. {words}", indent=True)
    line(document, sheet.limit, indent=True, face=STRONG_FACE)
    line(document, "")
    for words in (sheet.office, sheet.issued_on):
        line(document, words).alignment = WD_ALIGN_PARAGRAPH.RIGHT
    if sheet.copy_to:
        rule(line(document, f"抄送：{sheet.copy_to}", points=14), "000000")
    _receipt(document, sheet)
    made = BytesIO()
    document.save(made)
    return made.getvalue()


def a4(document: Any) -> None:
    """Give the document the page and margins of an official letter."""
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(30)
    section.left_margin, section.right_margin = Mm(28), Mm(26)


def line(
    document: Any,
    words: str,
    *,
    face: str = TEXT_FACE,
    points: int = 16,
    center: bool = False,
    indent: bool = False,
    red: bool = False,
) -> Any:
    """Add a paragraph of one run."""
    paragraph = document.add_paragraph()
    shape = paragraph.paragraph_format
    shape.space_after = Pt(0)
    shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.AT_LEAST, Pt(28)
    if center:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    if indent:
        shape.first_line_indent = Pt(points * 2)
    run = paragraph.add_run(words)
    dress(run, face, points)
    if red:
        run.font.color.rgb = RED
    return paragraph


def dress(run: Any, face: str, points: int) -> None:
    """Give a run its typeface and size."""
    run.font.name, run.font.size = face, Pt(points)
    # Word takes the face of Chinese characters from this attribute alone.
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), face)


def rule(paragraph: Any, colour: str) -> None:
    """A line under a paragraph."""
    border = OxmlElement("w:pBdr")
    bottom = OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "12"), ("space", "4"), ("color", colour)):
        bottom.set(qn(f"w:{name}"), value)
    border.append(bottom)
    paragraph._element.get_or_add_pPr().append(border)


def _receipt(document: Any, sheet: OrderSheet) -> None:
    line(document, "")
    line(document, "回执", face=STRONG_FACE, center=True)
    table = document.add_table(rows=0, cols=2)
    table.style = "Table Grid"
    for label, value in sheet.receipt:
        cells = table.add_row().cells
        cells[0].width, cells[1].width = Mm(32), Mm(124)
        for cell, words, face in ((cells[0], label, STRONG_FACE), (cells[1], value, TEXT_FACE)):
            dress(cell.paragraphs[0].add_run(words), face, 12)
