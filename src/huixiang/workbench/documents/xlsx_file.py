"""A list as XLSX: every cell is text, a number or a date, so that a spreadsheet has nothing to run."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, TYPE_STRING
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from huixiang.rules.calendar import CHINA

from ..spreadsheet import FORMULA_STARTS

CELL_LIMIT = 32_767
MOMENT = "yyyy-mm-dd hh:mm"


def table_xlsx(title: str, columns: Sequence[tuple[str, int]], rows: Iterable[Sequence[object]]) -> bytes:
    """The bytes of a workbook with one sheet; `columns` are names and widths in characters.

    Moments become dates in China time, and each column can be filtered.
    """
    book = Workbook(write_only=True)
    page = book.create_sheet(title)
    page.freeze_panes = "A2"
    for n, (_, width) in enumerate(columns, start=1):
        page.column_dimensions[get_column_letter(n)].width = width
    head = [_cell(page, name) for name, _ in columns]
    for cell in head:
        cell.font = Font(bold=True)
    page.append(head)
    count = 1
    for row in rows:
        page.append([_cell(page, value) for value in row])
        count += 1
    page.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{count}"
    made = BytesIO()
    book.save(made)
    return made.getvalue()


def _cell(page: Any, value: object) -> Any:
    if isinstance(value, int):
        return WriteOnlyCell(page, value)
    if isinstance(value, datetime):
        # A spreadsheet knows no zones: it gets the time as clocks in China show it.
        cell = WriteOnlyCell(page, value.astimezone(CHINA).replace(tzinfo=None, second=0, microsecond=0))
        cell.number_format = MOMENT
        return cell
    text = ILLEGAL_CHARACTERS_RE.sub("", str(value))[:CELL_LIMIT]
    cell = WriteOnlyCell(page, text)
    cell.data_type = TYPE_STRING
    if text.lstrip().startswith(FORMULA_STARTS):
        # Stays text even after somebody edits the cell.
        cell.quotePrefix = True
    return cell
