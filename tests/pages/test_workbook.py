"""Files are known by what is in them, and refused with a plain sentence before they can do harm."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace

import openpyxl
import pytest
import xlsxwriter
import xlwt

from apps.pages.imports.files import LIMITS, MB, FileRefused, kind_of
from apps.pages.imports.workbook import Table, bare, open_table, without_unit

KNOWN = frozenset(bare(name) for name in ("户编号", "姓名", "证件号码", "住房面积(平方米)"))
HEADER = ["户编号", "姓名", "证件号码", "住房面积(平方米)"]


def book(*rows: list, merge: str = "") -> io.BytesIO:
    workbook = openpyxl.Workbook()
    for row in rows:
        workbook.active.append(row)
    if merge:
        workbook.active.merge_cells(merge)
    file = io.BytesIO()
    workbook.save(file)
    file.seek(0)
    return file


def read(file: io.BytesIO, **limits: int) -> tuple[Table, list]:
    with open_table(file, "文件.xlsx", known=KNOWN, limits=replace(LIMITS, **limits)) as table:
        return table, list(table.rows)


def refusal(file: io.BytesIO, **limits: int) -> FileRefused:
    with pytest.raises(FileRefused) as caught:
        read(file, **limits)
    assert str(caught.value)
    return caught.value


def test_title_header_and_rows_with_their_numbers():
    table, rows = read(
        book(["人口信息（2018年度）"], HEADER, ["1", "甲", "2", 40], ["3", "乙", "4", 50.5], merge="A1:D1")
    )
    assert (table.title, table.header, table.header_row) == ("人口信息（2018年度）", HEADER, 2)
    assert rows == [(3, ["1", "甲", "2", 40.0]), (4, ["3", "乙", "4", 50.5])]


def test_blank_rows_are_left_out_and_numbers_stay_those_of_the_file():
    _table, rows = read(book([], ["标题"], HEADER, [], ["1", "甲", "2", 40], ["", " ", "　", ""], ["3", "乙", "4", 0]))
    assert [number for number, _row in rows] == [5, 7]


def test_a_title_is_optional_and_header_names_need_not_match_to_the_letter():
    table, rows = read(book([" 户 编号*", "姓名", "证件号码", "住房面积（平方米）"], ["1", "甲", "2", 40]))
    assert (table.title, table.header_row, len(rows)) == ("", 1, 1)
    assert (
        bare("住房面积（平方米）") == bare("住房面积(平方米)") != without_unit("住房面积（平方米）") == bare("住房面积")
    )


def test_the_first_sheet_with_a_header_row_is_read():
    workbook = openpyxl.Workbook()
    workbook.active.append(["填写说明"])
    sheet = workbook.create_sheet("数据")
    for row in (["标题"], HEADER, ["1", "甲", "2", 40]):
        sheet.append(row)
    workbook.create_sheet("字典").append(["a", "b", "c"])
    file = io.BytesIO()
    workbook.save(file)
    table, rows = read(file)
    assert (table.title, [row for _number, row in rows]) == ("标题", [["1", "甲", "2", 40.0]])


def test_formulas_give_the_values_that_were_calculated():
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, HEADER)
        sheet.write_row(1, 0, ["1", "甲", "2"])
        sheet.write_formula(1, 3, "=20*2", value=40)
        sheet.write_formula(2, 0, "=1+2", value="")
        sheet.write_formula(2, 1, '=HYPERLINK("http://x")', value="乙")
    file.seek(0)
    _table, rows = read(file)
    # A formula that was never calculated has no value; it is not run here.
    assert rows == [(2, ["1", "甲", "2", 40.0]), (3, ["", "乙", "", ""])]


def test_old_excel_files():
    workbook = xlwt.Workbook()
    sheet = workbook.add_sheet("数据")
    for number, row in enumerate((["标题"], HEADER, ["1", "甲", "2", 40])):
        for column, value in enumerate(row):
            sheet.write(number, column, value)
    sheet.merge(0, 0, 0, 3)
    file = io.BytesIO()
    workbook.save(file)
    table, rows = read(file)
    assert (table.title, rows) == ("标题", [(3, ["1", "甲", "2", 40.0])])


TEXT = '标题（2018年度）\r\n户编号,姓名,证件号码,住房面积(平方米)\r\n1,甲𠮷,2,40\r\n\r\n3,"乙,丙",4,\r\n'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_text_in_the_usual_encodings(encoding):
    table, rows = read(io.BytesIO(TEXT.encode(encoding)))
    assert table.title == "标题（2018年度）"
    assert rows == [(3, ["1", "甲𠮷", "2", "40"]), (5, ["3", "乙,丙", "4", ""])]


def test_tabs_and_semicolons_separate_as_well():
    for sign in "\t;":
        _table, rows = read(io.BytesIO(TEXT.replace(",", sign).encode()))
        assert rows[1] == (5, ["3", f"乙{sign}丙", "4", ""])


def test_what_is_no_table_at_all():
    assert refusal(io.BytesIO()).code == "empty"
    for data in (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"%PDF-1.7\n\x00\x01", b"MZ\x90\x00\x03\x00", b"SQLite format 3\0"):
        assert refusal(io.BytesIO(data)).code == "wrong_type"
    page = refusal(io.BytesIO("<html><table><tr><td>户编号</td></tr></table></html>".encode()))
    assert (page.code, "另存为" in str(page)) == ("wrong_type", True)
    assert refusal(io.BytesIO(b"\xff\xfa\xf0 \x80\x80")).code == "encoding"


def test_other_zip_files_are_not_workbooks():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    assert refusal(file).code == "wrong_type"


def test_empty_and_headless_workbooks():
    assert refusal(book()).code == "empty"
    assert refusal(book(["a", "b", "c"], [1, 2, 3])).code == "no_header"
    assert refusal(book(*[["说明"]] * 25, HEADER)).code == "no_header"


def test_truncated_files():
    whole = book(HEADER, *[[str(number), "甲", "2", 40] for number in range(500)]).getvalue()
    for length in (len(whole) // 2, len(whole) - 10, 600):
        assert refusal(io.BytesIO(whole[:length])).code == "truncated"
    damaged = whole.replace(b"PK\x01\x02", b"PK\x01\x03")
    assert refusal(io.BytesIO(damaged)).code == "truncated"
    assert refusal(io.BytesIO(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 4000)).code == "truncated"
    unfinished = refusal(io.BytesIO(b'a,b\n\xe6\x88\xb7,"c\n'.replace(b"a,b", ",".join(HEADER).encode())))
    assert (unfinished.code, "第" in str(unfinished)) == ("csv", True)


def test_a_workbook_of_200_megabytes_is_refused_without_reading_it():
    class Huge(io.BytesIO):
        """A file that says it is long and fails when it is read beyond its head."""

        def seek(self, offset: int, whence: int = 0) -> int:
            return 200 * MB if whence == 2 else super().seek(offset, whence)

        def read(self, size: int | None = -1) -> bytes:
            assert size == 4096
            return super().read(size)

    refused = refusal(Huge(book(HEADER).getvalue()))
    assert (refused.code, "200 MB" in str(refused)) == ("too_large", True)


def test_a_zip_bomb_is_refused_by_its_directory():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            for _part in range(120):
                sheet.write(b"0" * MB)
    assert file.tell() < MB
    assert refusal(file).code == "zip_bomb"


def test_a_zip_that_lies_about_its_size_ends_its_own_process_and_not_ours():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in _parts(book(HEADER, ["1", "甲", "2", 40])).items():
            if name == "xl/worksheets/sheet1.xml":
                data = data.replace(b"</sheetData>", _cells(b"9" * 1000, 400_000) + b"</sheetData>")
            archive.writestr(name, data)
    assert refusal(file, memory=400 * MB, ratio=10**6, unpacked=10**12).code in ("memory", "truncated")


def _parts(file: io.BytesIO) -> dict[str, bytes]:
    with zipfile.ZipFile(file) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _cells(text: bytes, count: int) -> bytes:
    rows = [
        b'<row r="%d"><c r="A%d" t="inlineStr"><is><t>%s</t></is></c></row>' % (n, n, text) for n in range(3, count)
    ]
    return b"".join(rows)


def test_two_cells_far_apart_do_not_fill_the_memory():
    parts = _parts(book(HEADER, ["1", "甲", "2", 40]))
    name = "xl/worksheets/sheet1.xml"
    parts[name] = parts[name].replace(
        b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for part, data in parts.items():
            archive.writestr(part, data)
    assert refusal(file, memory=1024 * MB).code == "memory"


def test_too_many_rows_and_columns():
    rows = [["1", "甲", "2", 40]] * 50
    assert read(book(HEADER, *rows), rows=51)[1]
    assert refusal(book(HEADER, *rows), rows=50).code == "too_many_rows"
    assert refusal(book([*HEADER, *map(str, range(10))]), columns=13).code == "too_many_columns"


def test_the_kind_is_told_by_content_not_by_name():
    assert kind_of(book(HEADER)) == "xlsx"
    assert kind_of(io.BytesIO("户编号".encode())) == "utf-8-sig"
    assert kind_of(io.BytesIO("户编号".encode("gb18030"))) == "gb18030"


def test_leaving_early_ends_the_reading_process():
    file = book(HEADER, *[[str(number), "甲", "2", 40] for number in range(30_000)])
    with open_table(file, "文件.xlsx", known=KNOWN) as table:
        assert next(table.rows)[0] == 2
