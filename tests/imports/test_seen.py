"""What nobody sees in a received file is not read as if it were said; what is doubtful is marked."""

from __future__ import annotations

from typing import Any

import pytest
from docx import Document
from docx.oxml.parser import parse_xml
from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font, PatternFill

from imports.reading.files import tables
from imports.reading.rows import rows_of
from imports.types import FileRow
from tests.imports.files_helpers import changed
from tests.support.office import HEADER, saved, table_in

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("in_english")]

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
SPACES = (
    f'xmlns:w="{W}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
)
ROW = ["1", "Lập kế hoạch", "Sở Nội vụ", "Công an tỉnh", "Báo cáo", "30/6/2027"]
COLUMN = {"number": 0, "title": 1, "lead": 2, "coordinating": 3, "deliverable": 4, "due": 5}


def word(*swaps: tuple[str, str], row: str = "", shading: str = "", styles: str = "") -> list[FileRow]:
    """The rows of a table whose first task has these cells: field and the paragraphs in it as XML."""
    paper: Any = Document()
    table = table_in(paper, [HEADER, ROW, ["2", "Việc khác", "Sở Y tế", "", "", "31/12/2027"]])
    table.style = None
    for field, inside in swaps:
        cell = table.rows[1].cells[COLUMN[field]]._tc
        for paragraph in cell.p_lst:
            cell.remove(paragraph)
        for element in parse_xml(f"<w:tc {SPACES}>{inside}</w:tc>"):
            cell.append(element)
        if shading:
            cell.get_or_add_tcPr().append(parse_xml(f'<w:shd {SPACES} w:val="clear" w:fill="{shading}"/>'))
    if row:
        table.rows[1]._tr.get_or_add_trPr().append(parse_xml(f"<w:{row} {SPACES}/>"))
    if styles:
        paper.styles.element.append(parse_xml(styles.replace("<w:style ", f"<w:style {SPACES} ")))
    return rows_of(tables(saved(paper), "a.docx"))


def p(*runs: str, mark: str = "", style: str = "") -> str:
    styled = f'<w:pStyle w:val="{style}"/>' if style else ""
    deleted = f"<w:rPr><w:{mark} w:id='1' w:author='A'/></w:rPr>" if mark else ""
    return f"<w:p><w:pPr>{styled}{deleted}</w:pPr>{''.join(runs)}</w:p>"


def r(text: str, *properties: str) -> str:
    said = "".join(f"<w:{one}/>" for one in properties)
    return f'<w:r><w:rPr>{said}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


NOTE = '<w:r><w:footnoteReference w:customMarkFollows="1" w:id="2"/><w:t>1</w:t></w:r>'
DELETED = "<w:r><w:delText>Sở Y tế</w:delText></w:r>"
CHOICE = (
    '<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:ddList><w:result w:val="1"/>'
    '<w:listEntry w:val="Quý I/2027"/><w:listEntry w:val="Quý II/2027"/>'
    "</w:ddList></w:ffData></w:fldChar></w:r>"
)
RAISED = 'vertAlign w:val="superscript"'


def control(inside: str, *properties: str) -> str:
    said = "".join(f"<w:{one}/>" for one in properties)
    return f"<w:sdt><w:sdtPr>{said}</w:sdtPr><w:sdtContent>{inside}</w:sdtContent></w:sdt>"


def box(text: str) -> str:
    """A text box as Word writes it: once for programs of today, once for old ones."""
    inside = f"<w:txbxContent>{p(r(text))}</w:txbxContent>"
    return (
        f'<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wps:txbx>{inside}</wps:txbx>'
        f"</w:drawing></mc:Choice><mc:Fallback><w:pict>{inside}</w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )


def old_box(text: str) -> str:
    return f"<w:r><w:pict><w:txbxContent>{p(r(text))}</w:txbxContent></w:pict></w:r>"


def change(kind: str, inside: str) -> str:
    return f'<w:{kind} w:id="1" w:author="A">{inside}</w:{kind}>'


# Raised figures


@pytest.mark.parametrize(
    "field, runs, text, marked",
    [
        ("due", [r("Tháng 1"), r("2", RAISED), r("/2027")], "Tháng 1/2027", True),
        ("due", [r("Trước ngày 1"), r("1", RAISED), r("/6/2027")], "Trước ngày 1/6/2027", True),
        ("due", [r("Quý I"), r("6", RAISED), r("/2027")], "Quý I/2027", False),
        ("number", [r("1"), r("4", RAISED)], "1", True),
        ("lead", [r("Sở Nội vụ"), r("(5)", RAISED)], "Sở Nội vụ", False),
        ("lead", [r("Sở Nội vụ"), r("*", RAISED)], "Sở Nội vụ", False),
        ("lead", [r("Sở Nội vụ"), r("[", RAISED), r("5", RAISED), r("]", RAISED)], "Sở Nội vụ", False),
        ("title", [r("Xây 300 m"), r("2", RAISED), r(" kho")], "Xây 300 m² kho", False),
        ("title", [r("Lấp 5 km"), r("3", RAISED)], "Lấp 5 km³", False),
        ("title", [r("Làm"), r("2", RAISED), r(" việc")], "Làm việc", False),
        ("title", [r("Chương trình"), r("2", RAISED)], "Chương trình", False),
        ("title", [r("Tăng 10"), r("6", RAISED), r(" lần")], "Tăng 10 lần", True),
        ("title", [r("Phần"), r("cao", RAISED)], "Phầncao", False),
        ("due", [r("30/6/2027"), r("7", 'position w:val="6"')], "30/6/2027", True),
        ("due", [r("30/6/2027"), r("7", 'rStyle w:val="Mark"')], "30/6/2027", True),
        ("lead", [r("Sở Nội vụ"), NOTE], "Sở Nội vụ", False),
        ("lead", [r("Sở Nội vụ"), "<w:r><w:endnoteReference w:id='2'/></w:r>"], "Sở Nội vụ", False),
    ],
)  # fmt: skip
def test_the_figure_of_a_footnote_is_no_part_of_a_number(
    field: str, runs: list[str], text: str, marked: bool
) -> None:
    style = f'<w:style w:type="character" w:styleId="Mark"><w:rPr><w:{RAISED}/></w:rPr></w:style>'
    row = word((field, p(*runs)), styles=style)[0]
    assert getattr(row, field) == text
    assert ((field, "raised_figure") in row.doubts) == marked


def test_a_header_with_the_figure_of_a_footnote_is_known() -> None:
    paper = Document()
    table = table_in(paper, [HEADER, ROW])
    for place in (2, 5):
        run = table.rows[0].cells[place].paragraphs[0].add_run("(2)")
        run.font.superscript = True
    (row,) = rows_of(tables(saved(paper), "a"))
    assert (row.lead, row.due) == ("Sở Nội vụ", "30/6/2027")


# Changes that are tracked


@pytest.mark.parametrize(
    "cell, text",
    [
        (p(r("Sở Nội"), mark="del") + p(r("vụ")), "Sở Nội vụ"),
        (p(r("Sở Nội"), mark="moveFrom") + p(r("vụ")), "Sở Nội vụ"),
        (p(r("Sở "), mark="del") + p(r("Nội"), mark="del") + p(r("vụ")), "Sở Nội vụ"),
        (p(change("del", DELETED), change("ins", r("Sở Nội vụ"))), "Sở Nội vụ"),
        (p(change("moveFrom", r("Sở Y tế")), change("moveTo", r("Sở Nội vụ"))), "Sở Nội vụ"),
        (p(change("ins", change("del", r("Sở Y tế"))), r("Sở Nội vụ")), "Sở Nội vụ"),
        (p(r("Sở Nội vụ")) + p(change("del", r("Sở Y tế")), mark="del") + p(), "Sở Nội vụ"),
        (p(r("Sở Nội vụ")) + p(r("Sở Y tế")), "Sở Nội vụ\nSở Y tế"),
    ],
)  # fmt: skip
def test_tracked_changes_count_as_accepted(cell: str, text: str) -> None:
    assert word(("lead", cell))[0].lead == text


def test_a_deleted_row_is_none() -> None:
    assert [row.number for row in word(row='del w:id="1" w:author="A"')] == ["2"]


# Fields to fill in


@pytest.mark.parametrize(
    "inside, text",
    [
        (p(control(r("Choose an item."), "showingPlcHdr", "dropDownList")), ""),
        (p(control(r("Click or tap to enter a date."), "showingPlcHdr", "date")), ""),
        (p(control(r("Chọn một mục.", 'rStyle w:val="PlaceholderText"'), "comboBox")), ""),
        (control(p(r("Nhập tại đây")), "showingPlcHdr"), ""),
        (p(control(control(r("Nhập"), "showingPlcHdr"))), ""),
        (p(control(r("30/9/2027"), 'date w:fullDate="2027-09-30T00:00:00Z"')), "30/9/2027"),
        (p(control(r("30/9/2027"), 'showingPlcHdr w:val="0"', "date")), "30/9/2027"),
        (p(control(r("Quý III/2027"), "dropDownList")), "Quý III/2027"),
        (
            p(CHOICE),
            "Quý II/2027",
        ),
    ],
)  # fmt: skip
def test_what_only_asks_to_be_filled_in_says_nothing(inside: str, text: str) -> None:
    assert word(("due", inside))[0].due == text


def test_a_control_around_a_whole_cell_may_be_empty_too() -> None:
    paper = Document()
    table = table_in(paper, [HEADER, ROW])
    cell = table.rows[1].cells[2]._tc
    around = parse_xml(f"<w:sdt {SPACES}><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent/></w:sdt>")
    cell.addprevious(around)
    around[1].append(cell)
    (row,) = rows_of(tables(saved(paper), "a"))
    assert (row.lead, row.coordinating, row.due) == ("", "Công an tỉnh", "30/6/2027")


# Text boxes


@pytest.mark.parametrize("made", [box, old_box])
def test_a_stamp_over_the_words_is_none_of_them(made: Any) -> None:
    row = word(("title", p(r("Lập kế hoạch"), made("MẬT"))), ("due", p(r("30/6/2027")) + p(made("HỎA TỐC"))))[
        0
    ]
    assert (row.title, row.due, row.doubts) == ("Lập kế hoạch", "30/6/2027", ())


@pytest.mark.parametrize("made", [box, old_box])
def test_a_box_that_holds_all_that_a_cell_says_is_read_once_and_marked(made: Any) -> None:
    row = word(("due", p(made("30/9/2027"))))[0]
    assert (row.due, row.doubts) == ("30/9/2027", (("due", "in_text_box"),))


# Struck out, hidden, white


@pytest.mark.parametrize("strike", ["strike", "dstrike", 'rStyle w:val="Gone"'])
def test_words_that_are_struck_out_are_left_out_and_marked(strike: str) -> None:
    style = '<w:style w:type="character" w:styleId="Gone"><w:rPr><w:strike/></w:rPr></w:style>'
    row = word(("due", p(r("30/6/2027 ", strike), r("30/9/2027"))), styles=style)[0]
    assert (row.due, row.doubts) == ("30/9/2027", (("due", "struck_out"),))
    row = word(("due", p(r("30/6/2027", strike))), styles=style)[0]
    assert (row.due, row.doubts) == ("", (("due", "struck_out"),))


@pytest.mark.parametrize(
    "cell",
    [
        p(r("Sở Y tế; ", "vanish"), r("Sở Nội vụ")),
        p(r("Sở Y tế; ", 'rStyle w:val="Unseen"'), r("Sở Nội vụ")),
        p(r("Sở Y tế; "), style="Unseen") + p(r("Sở Nội vụ")),
        p(r("Sở Nội vụ", 'strike w:val="0"', 'vanish w:val="false"')),
    ],
)
def test_hidden_words_are_not_read(cell: str) -> None:
    style = '<w:style w:styleId="Unseen"><w:rPr><w:vanish/></w:rPr></w:style>'
    row = word(("lead", cell), styles=style)[0]
    assert (row.lead, row.doubts) == ("Sở Nội vụ", ())


def test_white_words_are_marked_where_the_cell_is_white() -> None:
    white = p(r("30/9/2027", 'color w:val="FFFFFF"'))
    assert word(("due", white))[0].doubts == (("due", "white_text"),)
    assert word(("due", white), shading="1F497D")[0].doubts == ()
    assert word(("due", p(r("30/9/2027", 'color w:val="C00000"'))))[0].doubts == ()


def test_a_hidden_row_of_a_document_is_marked() -> None:
    first, second = word(row="hidden")
    assert (first.doubts, second.doubts) == ((("title", "hidden_row"),), ())


# Rows that the end of a page cuts


def test_a_row_that_goes_on_after_the_end_of_a_page_is_one_task() -> None:
    rest = ["", "đảm bảo kết nối", "", "KH-TC, các đơn vị", "", ""]
    paper = Document()
    table_in(paper, [HEADER, ROW, rest, ["2", "Việc hai", "Sở Y tế", "", "", "Quý I/2027"]])
    first, second = rows_of(tables(saved(paper), "a"))
    assert first.title == "Lập kế hoạch đảm bảo kết nối"
    assert first.coordinating.split("\n") == ["Công an tỉnh", "KH-TC, các đơn vị"]
    assert second.title == "Việc hai"


def test_a_merged_cell_that_goes_on_in_another_table_begins_with_its_own_words() -> None:
    paper = Document()
    table_in(paper, [HEADER, ROW])
    table = table_in(paper, [["2", "Việc hai", "Sở Y tế", "", "", "Quý I/2027"]])
    for cell in table.rows[0].cells:
        cell._tc.get_or_add_tcPr().append(parse_xml(f"<w:vMerge {SPACES}/>"))
    assert [row.title for row in rows_of(tables(saved(paper), "a"))] == ["Lập kế hoạch", "Việc hai"]


# Excel


def book(rows: list[Any]) -> Any:
    made = Workbook()
    page: Any = made.active
    for row in rows:
        page.append(row)
    return made


def read_book(made: Any) -> list[FileRow]:
    return rows_of(tables(saved(made), "a.xlsx"))


def test_a_hidden_column_is_not_the_one_that_is_meant() -> None:
    rows = [
        [*HEADER[:3], "Thời hạn", "Thời hạn"],
        ["1", "Ban hành", "Sở Nội vụ", "30/6/2027", "30/9/2027"],
        ["2", "Kiểm tra", "Sở Y tế", "31/3/2027", "30/6/2027"],
    ]
    made = book(rows)
    made.active.column_dimensions["D"].hidden = True
    assert [row.due for row in read_book(made)] == ["30/9/2027", "30/6/2027"]
    narrow = '<cols><col min="4" max="4" width="0" customWidth="1"/></cols><sheetData>'
    file = changed(saved(book(rows)), None, **{"sheet1.xml": ("<sheetData>", narrow)})
    assert [row.due for row in rows_of(tables(file, "a"))] == ["30/9/2027", "30/6/2027"]


def test_the_words_of_a_merged_cell_are_seen_as_far_as_it_reaches() -> None:
    made = book([HEADER, ["I. Hạ tầng số"], ROW])
    made.active.merge_cells("A2:F2")
    made.active.column_dimensions["A"].hidden = True
    assert [(row.pillar, row.title) for row in read_book(made)] == [("Hạ tầng số", "Lập kế hoạch")]


def test_computed_cells_of_a_hidden_column_are_nobodys_business() -> None:
    made = book([[*HEADER, "Hạn cũ"], [*ROW, "=F2"]])
    made.active["E2"] = "=F2"
    made.active.column_dimensions["E"].hidden = True
    assert [row.deliverable for row in read_book(made)] == [""]


@pytest.mark.parametrize("how", ["hidden", "filter", "group", "height"])
def test_rows_that_nobody_sees_are_marked(how: str) -> None:
    made = book([HEADER, ROW, ["2", "Việc hai", "Sở Y tế", None, None, "Quý I/2027"]])
    page = made.active
    if how == "filter":
        page.auto_filter.ref = "A1:F3"
        page.auto_filter.add_filter_column(2, ["Sở Y tế"])
    if how == "group":
        page.row_dimensions.group(2, 2, hidden=True)
    elif how != "height":
        page.row_dimensions[2].hidden = True
    low = ('<row r="2"', '<row r="2" ht="0" customHeight="1"' if how == "height" else '<row r="2"')
    first, second = rows_of(tables(changed(saved(made), None, **{"sheet1.xml": low}), "a"))
    assert (first.doubts, second.doubts) == ((("title", "hidden_row"),), ())


def test_hidden_sheets_give_their_name_only() -> None:
    made = book([HEADER, ROW])
    for name, state in (("Cũ", "hidden"), ("Rất kín", "veryHidden")):
        other = made.create_sheet(name)
        other.append(HEADER)
        other.append(["9", "Cũ", "Sở Y tế"])
        other.sheet_state = state
    found = tables(saved(made), "a")
    assert [(table.name, table.hidden, len(table.lines)) for table in found[1:]] == [
        ("Cũ", True, 0),
        ("Rất kín", True, 0),
    ]
    assert [row.number for row in rows_of(found)] == ["1"]


def test_pieces_of_a_cell_are_seen_as_excel_shows_them() -> None:
    made = book([HEADER, ROW])
    page = made.active
    page["F2"] = CellRichText(
        TextBlock(InlineFont(strike=True), "30/6/2027 "), TextBlock(InlineFont(), "30/9/2027")
    )
    page["C2"] = CellRichText("Sở Nội vụ", TextBlock(InlineFont(vertAlign="superscript"), "1"))
    page["B2"] = CellRichText("Xây 300 m", TextBlock(InlineFont(vertAlign="superscript"), "2"))
    (row,) = read_book(made)
    assert (row.title, row.lead, row.due) == ("Xây 300 m²", "Sở Nội vụ", "30/9/2027")
    assert row.doubts == (("due", "struck_out"),)


def test_the_looks_of_a_cell_are_seen() -> None:
    made = book([HEADER, ROW])
    page = made.active
    page["F2"].font = Font(strike=True)
    page["C2"].font = Font(color="FFFFFFFF")
    page["E2"].font = Font(color="FFFFFFFF")
    page["E2"].fill = PatternFill("solid", fgColor="1F497D")
    page["D2"].number_format = ";;;"
    (row,) = read_book(made)
    assert (row.lead, row.coordinating, row.deliverable, row.due) == ("Sở Nội vụ", "", "Báo cáo", "")
    assert set(row.doubts) == {("due", "struck_out"), ("lead", "white_text")}


def test_comments_are_no_part_of_a_cell() -> None:
    from openpyxl.comments import Comment

    made = book([HEADER, ROW])
    made.active["F2"].comment = Comment("Lùi đến 31/12/2027", "A")
    assert [row.due for row in read_book(made)] == ["30/6/2027"]


def test_each_mark_is_told_in_both_languages() -> None:
    from django.utils import translation

    from imports.problems import problem_sentence
    from imports.types import Problem

    for code in ("struck_out", "raised_figure", "in_text_box", "white_text", "hidden_row"):
        said = set()
        for language in ("en", "vi"):
            with translation.override(language):
                said.add(problem_sentence(Problem("title", code)))
        assert len(said) == 2
