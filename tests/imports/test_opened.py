"""A file that Word, Excel and LibreOffice open is opened: damage beside the tables is nobody's business."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from openpyxl import Workbook
from openpyxl.chart import BarChart

from imports.reading.files import tables
from imports.reading.rows import rows_of
from tests.imports.files_helpers import RELATIONSHIPS, changed, linked_book
from tests.support.office import HEADER, document, saved, sheet

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("in_english")]

ROWS: list[list[Any]] = [
    HEADER,
    [1, "Lập kế hoạch", "Sở Tài chính", "Công an tỉnh", "Báo cáo", "30/6/2027"],
    [2, "Rà soát quy định", "Sở Y tế", "Công an tỉnh", "Báo cáo", "30/9/2027"],
]
TASKS = [("1", "Lập kế hoạch", "30/6/2027"), ("2", "Rà soát quy định", "30/9/2027")]
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STYLES, CORE, BOOK = "xl/styles.xml", "docProps/core.xml", "xl/workbook.xml"


def styles(before: str, after: str) -> io.BytesIO:
    return changed(sheet(ROWS), None, **{STYLES: (before, after)})


def without(file: io.BytesIO, *names: str) -> io.BytesIO:
    result = io.BytesIO()
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(result, "w") as new:
        for name in old.namelist():
            if name not in names:
                new.writestr(name, old.read(name))
    result.seek(0)
    return result


def rewritten(file: io.BytesIO, name_of: Callable[[str], str], *swaps: tuple[str, str]) -> io.BytesIO:
    """Every part under another name; `swaps` change words in all of them."""
    result = io.BytesIO()
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(result, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            for before, after in swaps:
                content = content.replace(before.encode(), after.encode())
            new.writestr(name_of(name), content)
    result.seek(0)
    return result


def strict(file: io.BytesIO) -> io.BytesIO:
    """As Excel and Word save "Strict Open XML"."""
    old, new = "http://schemas.openxmlformats.org", "http://purl.oclc.org/ooxml"
    kinds = [f"{old}/spreadsheetml/2006/main", f"{old}/wordprocessingml/2006/main", OFFICE]
    return rewritten(file, str, *((kind, kind.replace(old, new).replace("/2006/", "/")) for kind in kinds))


def with_strings() -> io.BytesIO:
    """Texts in a part of their own, at an absolute address; one has formatted pieces and a phonetic."""
    runs = "<si><r><t>Rà soát </t></r><r><rPr><b/></rPr><t>quy định</t></r><rPh><t>x</t></rPh></si>"
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    link = f'<Relationship Id="s" Type="{OFFICE}/sharedStrings" Target="/xl/Words.xml"/></Relationships>'
    file = changed(sheet(ROWS), {"xl/words.xml": f'<sst xmlns="{main}">{runs}</sst>'})
    cell = '<c r="B3" t="inlineStr"><is><t>R&#224; so&#225;t quy &#273;&#7883;nh</t></is></c>'
    there = '<c r="B3" t="s"><v>0</v></c>'
    return changed(
        file, None, **{"workbook.xml.rels": ("</Relationships>", link), "sheet1.xml": (cell, there)}
    )


def charted() -> io.BytesIO:
    book: Any = Workbook()
    for row in ROWS:
        book.active.append(row)
    book.create_chartsheet("Biểu đồ").add_chart(BarChart())
    return saved(book)


def queried_elsewhere() -> io.BytesIO:
    """Another sheet is filled from a database, and the book says how."""
    link = f'<Relationship Id="q" Type="{OFFICE}/queryTable" Target="../q.xml"/>'
    parts: dict[str, str | bytes] = {
        "xl/worksheets/_rels/sheet2.xml.rels": f'<Relationships xmlns="{RELATIONSHIPS}">{link}{END}',
        "xl/q.xml": "<queryTable/>",
        "xl/connections.xml": "<connections/>",
    }
    return changed(sheet(ROWS, "", khác=[["x"]]), parts)


def linked_book_with_tasks() -> io.BytesIO:
    with zipfile.ZipFile(linked_book()) as linked:
        others = {name: linked.read(name) for name in linked.namelist() if "externalLink" in name}
    return changed(sheet([*ROWS, [None] * 8 + ["=[1]khác!A1"]]), dict(others))


RELS, END = "workbook.xml.rels", "</Relationships>"
NO_TEXTS = f'<Relationship Id="s" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/>{END}'
PLACE, ROUND = "/xl/worksheets/sheet1.xml", "./worksheets/../worksheets/sheet1.xml"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
SECOND = 'sheetId="2" state='
UNREAD = [[*HEADER, "Còn lại"], *([*row, "=F2-TODAY()"] for row in ROWS[1:])]
SIGNED = [*ROWS, [None, "Khánh Hòa, ngày 20 tháng 11 năm 2026"], [None, "=TODAY()"]]
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
LEVEL = '<w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="x"/></w:abstractNum>'
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"

OPENED: dict[str, Callable[[], io.BytesIO]] = {
    "an empty fill": lambda: styles("<fill><patternFill/></fill>", "<fill/>"),
    "an unknown fill": lambda: styles('patternType="gray125"', 'patternType="sọc"'),
    "an unknown family of fonts": lambda: styles('<family val="2"/>', '<family val="15"/>'),
    "a color that is none": lambda: styles('<color theme="1"/>', '<color rgb="đỏ"/>'),
    "a border that is none": lambda: styles("<left/>", '<left style="lạ"/>'),
    "styles that are no XML": lambda: changed(sheet(ROWS), {STYLES: "<styleSheet"}),
    "styles of something else": lambda: changed(sheet(ROWS), {STYLES: "<a/>"}),
    "no styles": lambda: without(sheet(ROWS), STYLES),
    "no theme": lambda: without(sheet(ROWS), "xl/theme/theme1.xml"),
    "a theme that is no XML": lambda: changed(sheet(ROWS), {"xl/theme/theme1.xml": "\0"}),
    "a day that is none": lambda: changed(sheet(ROWS), {CORE: "<a>30/11/2026 10:00</a>"}),
    "properties that are no XML": lambda: changed(sheet(ROWS), {CORE: "hôm nay"}),
    "own properties": lambda: changed(sheet(ROWS), {"docProps/custom.xml": "<Properties><a/></Properties>"}),
    "no properties": lambda: without(sheet(ROWS), CORE, "docProps/app.xml"),
    "texts at an absolute address": with_strings,
    "texts that are not there": lambda: changed(sheet(ROWS), None, **{RELS: (END, NO_TEXTS)}),
    "a roundabout address": lambda: changed(sheet(ROWS), None, **{RELS: (PLACE, ROUND)}),
    "other capitals": lambda: rewritten(
        sheet(ROWS), lambda name: name.replace("xl/worksheets/sheet1", "xl/Worksheets/Sheet1")
    ),
    "backslashes": lambda: rewritten(
        sheet(ROWS), lambda name: name.replace("/", "\\") if name.startswith("xl") else name
    ),
    "an address in percents": lambda: rewritten(
        sheet(ROWS),
        lambda name: name.replace("sheet1", "bảng 1"),
        ("worksheets/sheet1.xml", "worksheets/b%E1%BA%A3ng%201.xml"),
    ),
    "a type by its ending": lambda: changed(
        sheet(ROWS),
        {
            "[Content_Types].xml": (
                f'<Types xmlns="{TYPES}"><Default Extension="XML" ContentType="{TYPE}"/></Types>'
            )
        },
    ),
    "a type in other capitals": lambda: changed(
        sheet(ROWS), None, Content_Types=("/xl/workbook.xml", "XL/Workbook.xml")
    ),
    "a template": lambda: changed(
        sheet(ROWS), None, Content_Types=("spreadsheetml.sheet.main", "spreadsheetml.template.main")
    ),
    "a strict book": lambda: strict(sheet(ROWS)),
    "a chart of its own": charted,
    "a hidden sheet": lambda: changed(
        sheet(ROWS, "", khác=ROWS), None, **{BOOK: (f'{SECOND}"visible"', f'{SECOND}"veryHidden"')}
    ),
    "another sheet is queried": queried_elsewhere,
    "links to another book": linked_book_with_tasks,
    "a count beside the header": lambda: sheet([[*HEADER, None, "=COUNTA(A2:A3)"], *ROWS[1:]]),
    "a column that nobody reads": lambda: sheet(UNREAD),
    "a sum below": lambda: sheet([*ROWS, ["Tổng cộng", "=COUNTA(B2:B3)"]]),
    "a count below": lambda: sheet([*ROWS, ["=COUNTA(A2:A3)"]]),
    "a day in the signature": lambda: sheet(SIGNED),
    "a document": lambda: document(ROWS),
    "a strict document": lambda: strict(document(ROWS)),
    "lists that are no XML": lambda: changed(document(ROWS), {"word/numbering.xml": "<w:numbering"}),
    "lists without numbers": lambda: changed(
        document(ROWS),
        {"word/numbering.xml": f'<w:numbering xmlns:w="{WORD}">{LEVEL}</w:numbering>'},
    ),
    "styles of a document": lambda: changed(document(ROWS), {"word/styles.xml": "<w:styles"}),
    "no styles of a document": lambda: without(document(ROWS), "word/styles.xml", "word/numbering.xml"),
    "settings of a document": lambda: changed(
        document(ROWS), {"word/settings.xml": "\0", "word/fontTable.xml": "<"}
    ),
}


@pytest.mark.parametrize("name", OPENED)
def test_damage_beside_the_tables_does_no_harm(name: str) -> None:
    rows = rows_of(tables(OPENED[name](), "a"))
    assert [(row.number, row.title, row.due) for row in rows] == TASKS


@pytest.mark.parametrize(
    "rows, place",
    [
        ([*ROWS[:2], [2, "=B2", "Sở A"]], "B3"),
        ([*ROWS, ["=A3+1", "=B3", "=C3", None, None, "=F3"]], "A4"),
        ([*ROWS, [None, "=B3"]], "B4"),
        ([*ROWS[:2], [2, "Việc", "Sở A", None, None, "=TODAY()"]], "F3"),
    ],
)
def test_a_computed_cell_of_a_task_is_refused_with_its_place(rows: list[Any], place: str) -> None:
    with pytest.raises(ValidationError, match=f"the first is {place}") as refused:
        rows_of(tables(sheet(rows), "a.xlsx"))
    assert refused.value.code == "computed"


def test_a_day_without_the_formats_of_its_book_is_no_day() -> None:
    """What is passed by is never made up: without its format it is the number that Excel keeps."""
    rows = [HEADER, [1, "Việc", "Sở A", None, None, date(2027, 6, 30)]]
    assert rows_of(tables(sheet(rows), "a"))[0].due == "30/6/2027"
    assert rows_of(tables(changed(sheet(rows), {STYLES: "<"}), "a"))[0].due == "46568"


def test_a_book_of_the_macintosh_counts_from_another_day() -> None:
    rows = [HEADER, [1, "Việc", "Sở A", None, None, date(2027, 6, 30)]]
    file = changed(sheet(rows), None, **{BOOK: ("<workbookPr/>", '<workbookPr date1904="1"/>')})
    assert rows_of(tables(file, "a"))[0].due == "1/7/2031"
