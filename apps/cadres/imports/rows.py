"""The columns of a workbook of pairings, and its rows as they are read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from django.utils.translation import gettext as _

from apps.cadres.imports.sheets import HouseholdLine, HouseholdSheet
from apps.pages.imports import cells
from apps.pages.imports.sheets import Column
from apps.pages.imports.workbook import Table


class PairingSheet(HouseholdSheet):
    """The columns of a workbook of pairings; each row names a cadre in one way or another."""

    def missing(self, names: Collection[str]) -> list[str]:
        more = () if _names_somebody(names) else (self.headers["person"], self.headers["unit"])
        return [*super().missing(names), *more]

    def read(self, table: Table, columns: Mapping[int, Column]) -> Iterator[HouseholdLine]:
        for line in super().read(table, columns):
            if not _names_somebody(line.values.keys()):
                line.refuse("person", _("请填写干部编码、电话、证件号码，或姓名和单位。"), "required")
            yield line


def _names_somebody(names: Iterable[str]) -> bool:
    """Whether these columns are enough to find a cadre by."""
    given = set(names)
    return bool({"cadre_code", "phone", "id_no"} & given) or {"person", "unit"} <= given


SHEET = PairingSheet(
    Column("cadre_code", "干部编码", cells.identifier(13), "填了编码，姓名和单位可以不填。", ("责任人编码",)),
    Column("person", "责任人姓名", cells.name(50), "与帮扶单位一起填写。", ("帮扶责任人", "干部姓名", "姓名")),
    Column("unit", "帮扶单位", cells.text(100), "责任人所在的帮扶单位。", ("单位", "单位名称"), 24),
    Column("phone", "责任人电话", cells.identifier(20), "以文本填写。", ("联系电话", "电话", "手机号码")),
    Column("id_no", "责任人证件号码", cells.identifier(18), "以文本填写。", ("证件号码", "身份证号码", "身份证号"), 22),
    Column("on", "开始日期", cells.date, "如2018-03-01，不晚于今天。", ("帮扶开始日期", "结对日期"), required=True),
    Column("reason", "交接原因", cells.text(200), "该户原有责任人时必填。", ("原因",), 30),
)
