"""The monthly bulletin as a document for a word processor: A4, Chinese fonts, tables with repeated heads."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from apps.dashboards.bulletin import Section

FONT, HEAD_FONT = "仿宋", "黑体"
"""GB/T 9704-2012 asks for 仿宋 in the text of official documents and 黑体 for headings of the first level."""


def written(title: str, line: str, sections: Sequence[Section]) -> io.BytesIO:
    """The document: `line` says which place and month it is about and when it was counted."""
    # Here, because no other page needs it.
    from docx import Document  # noqa: PLC0415
    from docx.enum.text import WD_ALIGN_PARAGRAPH  # noqa: PLC0415
    from docx.shared import Cm, Pt  # noqa: PLC0415

    document = Document()
    page = document.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin, page.right_margin, page.top_margin, page.bottom_margin = Cm(2.6), Cm(2.6), Cm(3.5), Cm(3.2)
    _font(document.styles["Normal"], FONT, Pt(12))
    _font(document.styles["Title"], HEAD_FONT, Pt(22))
    _font(document.styles["Heading 1"], HEAD_FONT, Pt(14))
    document.core_properties.title, document.core_properties.author = title, ""
    document.add_paragraph(title, style="Title").alignment = WD_ALIGN_PARAGRAPH.CENTER
    document.add_paragraph(line).alignment = WD_ALIGN_PARAGRAPH.CENTER
    for section in sections:
        document.add_heading(section.title, level=1)
        if section.text:
            document.add_paragraph(section.text)
        if section.rows:
            _table(document, section)
    file = io.BytesIO()
    document.save(file)
    file.seek(0)
    return file


def _font(style: Any, name: str, size: Any) -> None:
    """A font for Latin and for Han letters: a word processor asks for the latter by a name of its own."""
    from docx.oxml.ns import qn  # noqa: PLC0415
    from docx.shared import RGBColor  # noqa: PLC0415

    style.font.name, style.font.size, style.font.color.rgb = name, size, RGBColor(0, 0, 0)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for attribute in tuple(fonts.attrib):
        if attribute.endswith("Theme"):
            del fonts.attrib[attribute]
    fonts.set(qn("w:eastAsia"), name)


def _table(document: Any, section: Section) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH  # noqa: PLC0415
    from docx.oxml import OxmlElement  # noqa: PLC0415
    from docx.shared import Pt  # noqa: PLC0415

    table = document.add_table(rows=0, cols=len(section.heads), style="Table Grid")
    for texts in (section.heads, *section.rows):
        for place, (cell, text) in enumerate(zip(table.add_row().cells, texts, strict=True)):
            paragraph = cell.paragraphs[0]
            paragraph.add_run(text).font.size = Pt(10)
            if place:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
