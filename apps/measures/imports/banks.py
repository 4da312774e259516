"""What banks' files have in common: amounts of money, borrowers, and where whoever brings one may write."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from apps.access.scope import Scope
from apps.common.money import to_cents
from apps.common.sealing import blind_indexes
from apps.households.models import Person
from apps.measures.services.loans import CAPABILITY
from apps.pages.imports import cells
from apps.pages.imports.models import ImportBatch
from apps.pages.imports.rows import RowStage
from apps.pages.imports.sheets import Line, chunks
from apps.pages.imports.workbook import Cell

CAPABILITIES = (CAPABILITY, ImportBatch.change_capability)
_NUMBER = cells.number(20, 10, least=None)


def yuan(cell: Cell) -> str | None:
    """A positive amount, exact to the fen: what is more precise is no amount of money, and is not rounded to one."""
    written = _NUMBER(cell)
    if written is None:
        return None
    value = Decimal(written)
    if value <= 0:
        raise cells.CellError(_("金额应大于零。"))
    if value != to_cents(value):
        raise cells.CellError(_("金额最多两位小数。"))
    return str(to_cents(value))


class BankStage(RowStage):
    """One file of a bank; what becomes of each row is for the kind of import to decide."""

    named = "contract_no"

    def may(self, division: int) -> bool:
        """Whether the bringer of the file may write at a place."""
        return all(self.scope.allows(name, division) for name in CAPABILITIES)


def members(lines: Sequence[Line], scope: Scope) -> dict[str, Person]:
    """The active members in sight, by the number that the rows call them by; two questions at most for 5,000."""
    indexes = {
        number: blind_indexes("citizen", number)
        for number in {line.values["id_no"] for line in lines if "id_no" in line.values}
    }
    found: dict[bytes, Person] = {}
    for some in chunks({index for each in indexes.values() for index in each}):
        rows = Person.objects.visible_to(scope).filter(id_no_index__in=some, is_active=True)
        found |= {bytes(person.id_no_index): person for person in rows.select_related("household")}
    return {number: found[bytes(index)] for number, each in indexes.items() for index in each if bytes(index) in found}


def unknown_borrower() -> str:
    """What is said of a number that nobody in sight has."""
    return _("在册成员中没有这个证件号码，或者不在您的范围内。")
