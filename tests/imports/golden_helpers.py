"""One appendix, written as many odd files: sheets, documents and what other programs call so."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import date
from typing import Any

from docx import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.parser import parse_xml
from docx.shared import Pt
from openpyxl import Workbook
from openpyxl.styles import Font

from tests.support.office import saved, table_in

HEADER = ["STT", "Nhiệm vụ", "Cơ quan chủ trì", "Cơ quan phối hợp", "Sản phẩm", "Thời hạn"]

PARTS: list[tuple[str, list[list[str]]]] = [
    (
        "Thể chế",
        [
            ["1", "Trình ban hành nghị quyết", "Sở KH&CN", "Các sở, ban, ngành", "Nghị quyết", "30/6/2026"],
            ["1.1", "Xây dựng dự thảo", "Sở KH&CN", "Sở Tư pháp", "Dự thảo", "31/3/2026"],
            ["1.1.a", "Lấy ý kiến góp ý", "Sở KH&CN", "", "Báo cáo", "quý I/2026"],
        ],
    ),
    (
        "Hạ tầng số",
        [
            ["2", "Phủ sóng các điểm lõm", "Sở KH&CN và Sở Công Thương", "", "100% điểm", "tháng 9/2026"],
            ["3", "Đào tạo cán bộ", "Đảng ủy UBND tỉnh", "Sở Nội vụ; Công an tỉnh", "Lớp", "thường xuyên"],
        ],
    ),
]
ROWS = [row for _part, rows in PARTS for row in rows]
PARENTS = {"1.1": "1", "1.1.a": "1.1"}
EXPECTED = [(part, PARENTS.get(row[0], ""), *row) for part, rows in PARTS for row in rows]


def lines(part: Callable[[int, str], list[Any]]) -> list[list[Any]]:
    """Header, parts and tasks; `part` makes the line of a heading."""
    found: list[list[Any]] = [HEADER]
    for place, (words, rows) in enumerate(PARTS):
        found += [part(place, words), *map(list, rows)]
    return found


ROMAN = ("I", "II")


def across(place: int, words: str) -> list[Any]:
    return [f"{ROMAN[place]}. {words}", *[""] * 5]


def beside(place: int, words: str) -> list[Any]:
    return [ROMAN[place], words.upper() if place else words, *[""] * 4]


def book(rows: list[list[Any]], *merged: str) -> Any:
    made = Workbook()
    page: Any = made.active
    for row in rows:
        page.append(row)
    for span in merged:
        page.merge_cells(span)
    return made


# As Excel sheets


def with_title_and_merged_parts() -> bytes:
    rows = [["ỦY BAN NHÂN DÂN TỈNH"], [], ["PHỤ LỤC DANH MỤC NHIỆM VỤ"], [], *lines(across)]
    return saved(book(rows, "A3:F3", "A6:F6", "A10:F10")).getvalue()


def with_agencies_merged_down() -> bytes:
    rows = lines(beside)
    for row in rows[3:5]:
        row[2:3] = [None]
    return saved(book(rows, "C3:C5")).getvalue()


def with_typed_values() -> bytes:
    """Days as days, numbers as numbers, a share as a percentage."""
    made = book(lines(beside))
    page: Any = made.active
    for cell, value, form in (
        *(("A3", 1, "General"), ("A4", 1.1, "0.0"), ("A7", 2, "General"), ("A8", 3, "0")),
        *(("F3", date(2026, 6, 30), "dd/mm/yyyy"), ("F4", date(2026, 3, 31), "d-m-yyyy")),
    ):
        page[cell].value, page[cell].number_format = value, form
    return saved(made).getvalue()


def with_two_line_header() -> bytes:
    top = ["TT", "Nội dung nhiệm vụ", "Cơ quan thực hiện", None, "Kết quả", "Thời gian hoàn thành"]
    rows: list[list[Any]] = [
        top,
        [None, None, "Chủ trì", "Phối hợp"],
        [f"({n})" for n in range(1, 7)],
        *lines(across)[1:],
    ]
    spans = (*(f"{column}1:{column}2" for column in "ABEF"), "C1:D1", "A4:F4", "A8:F8")
    return saved(book(rows, *spans)).getvalue()


def with_odd_letters() -> bytes:
    """Decomposed, with soft hyphens and spaces that do not break, and letters that only look the same."""

    def odd(words: Any) -> Any:
        twins = words.replace("Đ", "Ð").replace("S", "Ѕ").replace(" ", "\u00a0")
        return unicodedata.normalize("NFD", twins).replace("h", "h\u00ad")

    return saved(book([[odd(words) for words in row] for row in lines(beside)])).getvalue()


def with_columns_turned_round() -> bytes:
    order = (5, 3, 4, 1, 2, 0)
    made = book([[row[place] for place in order] for row in lines(beside)])
    page: Any = made.active
    page.insert_cols(1)
    page["A1"] = "Kết quả thực hiện"
    for row in page.iter_rows(min_row=1, max_row=1):
        for cell in row:
            cell.font = Font(bold=True)
    return saved(made).getvalue()


def with_sheets_and_a_guide() -> bytes:
    made = book([HEADER, across(0, "Thể chế"), *PARTS[0][1]])
    for name, rows in (
        ("Hướng dẫn", [["Cách điền"], ["Mã", "Tên"], ["SKHCN", "Sở KH&CN"]]),
        ("Phần II", [HEADER, ["A", "Hạ tầng số"], *PARTS[1][1], ["Tổng cộng: 5 nhiệm vụ"]]),
    ):
        page: Any = made.create_sheet(name)
        for row in rows:
            page.append(row)
    return saved(made).getvalue()


def flat_sheet() -> bytes:
    """The form of LibreOffice itself, as XML."""
    body = []
    for place, row in enumerate(lines(across)):
        cells = [f"<text:p>{escaped(line)}</text:p>" for line in row]
        merged = place in (1, 5)
        body.append(
            "<table:table-row>"
            + (
                f'<table:table-cell table:number-columns-spanned="6">{cells[0]}</table:table-cell>'
                '<table:covered-table-cell table:number-columns-repeated="5"/>'
                if merged
                else "".join(f"<table:table-cell>{cell}</table:table-cell>" for cell in cells)
            )
            + "</table:table-row>"
        )
    table = f'<table:table table:name="Phụ lục">{"".join(body)}</table:table>'
    return flat("spreadsheet", f"<office:spreadsheet>{table}</office:spreadsheet>")


def web_page() -> bytes:
    """What many systems call an Excel export."""
    body = "".join(
        f'<tr><td colspan="6">{row[0]}</td></tr>'
        if place in (1, 5)
        else "<tr>" + "".join(f"<td>{escaped(cell)}</td>" for cell in row) + "</tr>"
        for place, row in enumerate(lines(across))
    )
    return f'<html><head><meta charset="utf-8"></head><body><table>{body}</table></body></html>'.encode()


def of_2003() -> bytes:
    """Excel's own XML before there was .xlsx, with headings merged over all columns."""
    body = "".join(
        f'<Row><Cell ss:MergeAcross="5"><Data ss:Type="String">{row[0]}</Data></Cell></Row>'
        if place in (1, 5)
        else "<Row>"
        + "".join(f'<Cell><Data ss:Type="String">{escaped(cell)}</Data></Cell>' for cell in row)
        + "</Row>"
        for place, row in enumerate(lines(across))
    )
    space = 'xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
    space += 'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"'
    table = f'<Worksheet ss:Name="Phụ lục"><Table>{body}</Table></Worksheet>'
    head = '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>'
    return f"{head}<Workbook {space}>{table}</Workbook>".encode()


# As Word documents


def paper(*merged: tuple[int, int, int, int], part: Callable[[int, str], list[Any]] = across) -> Any:
    made = Document()
    made.add_paragraph("PHỤ LỤC")
    table_in(made, lines(part), merged or [(1, 0, 1, 5), (5, 0, 5, 5)])
    return made


def appendix() -> bytes:
    return saved(paper()).getvalue()


def appendix_numbered_by_word() -> bytes:
    """The column of numbers is an automatic list of several levels, and is empty otherwise."""
    made = paper()
    levels = "".join(
        f'<w:lvl xmlns:w="{W}" w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
        for level, (form, text) in enumerate(
            (("decimal", "%1."), ("decimal", "%1.%2"), ("lowerLetter", "%3)"))
        )
    )
    numbering = made.part.numbering_part.element
    kind = element("abstractNum", abstractNumId="77")
    for level in parse_xml(f"<x>{levels}</x>"):
        kind.append(level)
    numbering.insert(0, kind)
    num = element("num", numId="77")
    num.append(element("abstractNumId", val="77"))
    numbering.append(num)
    for row in made.tables[0].rows[2:]:
        cell = row.cells[0]
        if not cell.text[:1].isdigit():
            continue
        depth = len(cell.text.split(".")) - 1
        cell.text = ""
        numbered = element("numPr")
        numbered.append(element("ilvl", val=str(depth)))
        numbered.append(element("numId", val="77"))
        cell.paragraphs[0]._p.get_or_add_pPr().append(numbered)
    return saved(made).getvalue()


def appendix_in_two_tables() -> bytes:
    """Headings as paragraphs; the second table goes on without a header."""
    made = Document()
    made.add_paragraph("I. Thể chế")
    table_in(made, [HEADER, *PARTS[0][1]])
    made.add_paragraph("II. Hạ tầng số")
    table_in(made, PARTS[1][1])
    return saved(made).getvalue()


def appendix_with_changes() -> bytes:
    """Not yet accepted: what is struck out is gone, what is added counts."""
    made = paper()
    due = made.tables[0].cell(2, 5).paragraphs[0]
    due.runs[0].text = ""
    for kind, tag, words in (("del", "delText", "31/12/2026"), ("ins", "t", "30/6/2026")):
        run, text = element("r"), element(tag)
        text.text = words
        run.append(text)
        change = element(kind, id="9", author="A", date="2026-01-01T00:00:00Z")
        change.append(run)
        due._p.append(change)
    return saved(made).getvalue()


def appendix_with_line_breaks() -> bytes:
    """Agencies one below the other, a cell of two paragraphs, hyphens that nobody sees."""
    made = paper()
    table = made.tables[0]
    table.cell(6, 1).paragraphs[0].runs[0].text = "Phủ sóng"
    table.cell(6, 1).add_paragraph("các điểm\u00a0lõm").runs[0].font.size = Pt(9)
    table.cell(7, 1).paragraphs[0].runs[0].text = "Đào tạo cán\u00ad bộ"
    return saved(made).getvalue()


def rich_text() -> bytes:
    def line(row: list[Any]) -> str:
        edges = "".join(f"\\cellx{1500 * place}" for place in range(1, 7))
        return f"\\trowd{edges}" + "".join(f"\\intbl {rtf(cell)}\\cell" for cell in row) + "\\row"

    body = "\n".join(line(row) for row in lines(beside))
    return f"{{\\rtf1\\ansi\\deff0{{\\fonttbl{{\\f0 Times New Roman;}}}}\n{body}\n\\pard}}".encode("ascii")


def flat_text() -> bytes:
    """The form of LibreOffice itself: headings over the whole width, agencies merged over three tasks."""
    body = []
    for place, row in enumerate(lines(across)):
        cells = [f"<text:p>{escaped(cell)}</text:p>" for cell in row]
        line = ""
        for column, cell in enumerate(cells):
            if place in (1, 5):
                covered = "<table:covered-table-cell/>"
                line += (
                    f'<table:table-cell table:number-columns-spanned="6">{cell}</table:table-cell>'
                    if not column
                    else covered
                )
            elif column == 2 and place in (3, 4):
                line += "<table:covered-table-cell/>"
            else:
                span = ' table:number-rows-spanned="3"' if column == 2 and place == 2 else ""
                line += f"<table:table-cell{span}>{cell}</table:table-cell>"
        row_xml = f"<table:table-row>{line}</table:table-row>"
        body.append(f"<table:table-header-rows>{row_xml}</table:table-header-rows>" if not place else row_xml)
    columns = '<table:table-column table:number-columns-repeated="6"/>'
    table = f'<table:table table:name="T">{columns}{"".join(body)}</table:table>'
    return flat("text", f"<office:text><text:p>PHỤ LỤC</text:p>{table}</office:text>")


# How they are written

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def element(tag: str, **attributes: str) -> Any:
    made = OxmlElement(f"w:{tag}")
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), value)
    return made


def escaped(words: str) -> str:
    return words.replace("&", "&amp;")


def rtf(words: str) -> str:
    return "".join(c if c.isascii() else f"\\u{ord(c)}?" for c in words)


def flat(kind: str, body: str) -> bytes:
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "text", "table")
    )
    head = f'office:version="1.2" office:mimetype="application/vnd.oasis.opendocument.{kind}"'
    document = f"<office:document {spaces} {head}><office:body>{body}</office:body></office:document>"
    return f'<?xml version="1.0"?>{document}'.encode()


SHEETS: dict[str, Callable[[], bytes]] = {
    "title.xlsx": with_title_and_merged_parts,
    "merged.xlsx": with_agencies_merged_down,
    "typed.xlsx": with_typed_values,
    "header.xlsx": with_two_line_header,
    "letters.xlsx": with_odd_letters,
    "turned.xlsx": with_columns_turned_round,
    "sheets.xlsx": with_sheets_and_a_guide,
    "flat.fods": flat_sheet,
    "web.xls": web_page,
    "excel2003.xml": of_2003,
}
PAPERS: dict[str, Callable[[], bytes]] = {
    "plain.docx": appendix,
    "numbered.docx": appendix_numbered_by_word,
    "two.docx": appendix_in_two_tables,
    "changes.docx": appendix_with_changes,
    "breaks.docx": appendix_with_line_breaks,
    "rich.rtf": rich_text,
    "flat.fodt": flat_text,
}
