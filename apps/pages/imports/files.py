"""What a file is, told by its first bytes and never by its name, and whether it is small enough to be read at all."""

from __future__ import annotations

import codecs
import zipfile
from dataclasses import dataclass
from typing import BinaryIO

from django.utils.translation import gettext as _

from apps.common.errors import ServiceError

MB = 1 << 20
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PARQUET = b"PAR1"
HEAD = 4096
# Text never holds these; every picture, program, archive or database does within its first kilobytes.
_BINARY = bytes(set(range(32)) - {9, 10, 12, 13, 26, 27})


class FileRefused(ServiceError):
    """The file as a whole cannot be imported; the message says why and what to do."""

    code = "file"


@dataclass(frozen=True)
class Limits:
    """How large a file may be. Bytes, rows, columns; `memory` and `seconds` bound the process that reads it."""

    workbook: int = 100 * MB
    text: int = 1024 * MB
    unpacked: int = 1536 * MB
    ratio: int = 250
    rows: int = 1_000_000
    columns: int = 200
    memory: int = 4096 * MB
    seconds: int = 600


LIMITS = Limits()


def kind_of(file: BinaryIO, *, limits: Limits = LIMITS) -> str:
    """ "xlsx", "xls", "parquet" or a text file's encoding ("utf-8-sig", "gb18030", "utf-16"); FileRefused otherwise.

    The file is left at its beginning.
    """
    size = file.seek(0, 2)
    file.seek(0)
    head = file.read(HEAD)
    if not head:
        raise FileRefused(_("文件是空的。"), code="empty")
    if head.startswith((ZIP, OLE)):
        if size > limits.workbook:
            raise FileRefused(
                _("工作簿有 %(size)d MB，超过 %(most)d MB 的上限，请按旗县或苏木乡镇拆分后导入。")
                % {"size": size // MB, "most": limits.workbook // MB},
                code="too_large",
            )
        kind = _workbook(file, limits) if head.startswith(ZIP) else "xls"
        file.seek(0)
        return kind
    if head.startswith(PARQUET):
        return _columnar(file, size, limits)
    if size > limits.text:
        raise FileRefused(
            _("文件有 %(size)d MB，超过 %(most)d MB 的上限，请拆分后导入。")
            % {"size": size // MB, "most": limits.text // MB},
            code="too_large",
        )
    return _encoding(file, head)


def _workbook(file: BinaryIO, limits: Limits) -> str:
    """Look into the directory of a zip file, without unpacking anything."""
    try:
        entries = zipfile.ZipFile(file).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError, OSError):
        raise FileRefused(_("工作簿不完整或已损坏，请重新导出后再试。"), code="truncated") from None
    names = {entry.filename for entry in entries}
    if "xl/workbook.xml" not in names:
        raise FileRefused(
            _("不支持这种文件，请另存为 Excel 工作簿（.xlsx）或 CSV。"),
            code="wrong_type",
        )
    packed = sum(entry.compress_size for entry in entries) or 1
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > limits.unpacked or (unpacked > 100 * MB and unpacked > limits.ratio * packed):
        raise FileRefused(
            _("工作簿解压后有 %(size)d MB，超出允许范围，不予读取。请拆分后导入。") % {"size": unpacked // MB},
            code="zip_bomb",
        )
    return "xlsx"


def _columnar(file: BinaryIO, size: int, limits: Limits) -> str:
    """A Parquet file says that it is one at its beginning and at its end."""
    file.seek(-len(PARQUET), 2)
    whole = size > 2 * len(PARQUET) and file.read() == PARQUET
    file.seek(0)
    if not whole:
        raise FileRefused(_("Parquet 文件不完整或已损坏，请重新导出后再试。"), code="truncated")
    if size > limits.workbook:
        raise FileRefused(
            _("Parquet 文件有 %(size)d MB，超过 %(most)d MB 的上限，请拆分后导入。")
            % {"size": size // MB, "most": limits.workbook // MB},
            code="too_large",
        )
    return "parquet"


def _encoding(file: BinaryIO, head: bytes) -> str:
    """The encoding of a text file, tried on all of it: UTF-8 with or without mark, UTF-16 with mark, GB 18030."""
    wanted = "utf-8-sig"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        wanted = "utf-16"
    elif head.translate(None, _BINARY) != head:
        raise FileRefused(_("不是 Excel 或 CSV 文件，请用系统的导入模板，或国家系统导出的文件。"), code="wrong_type")
    elif head.lstrip(codecs.BOM_UTF8).lstrip()[:1] == b"<":
        raise FileRefused(_("这是网页格式的表格，请在 Excel 中打开后另存为 Excel 工作簿（.xlsx）。"), code="wrong_type")
    for encoding in dict.fromkeys((wanted, "gb18030")):
        decoder = codecs.getincrementaldecoder(encoding)()
        file.seek(0)
        try:
            while block := file.read(MB):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        file.seek(0)
        return encoding
    raise FileRefused(_("看不懂文件的文字编码，请另存为 UTF-8 或 GB 18030 编码的 CSV。"), code="encoding")
