"""批量结对 and 批量交接: whom, a preview of what would come of it, and doing it.

What a second click sends once more is refused row by row, because it is done already.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar, TypeVar
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.sessions import requester
from apps.cadres import services
from apps.cadres.bulk_forms import HandOverForm, PairForm
from apps.cadres.services.pairing import USUAL_MOST, Paired, require_number
from apps.cadres.tables import HAND_OVER, PAIR, PairingResource
from apps.households.tables import HouseholdResource
from apps.pages.at_once import AtOncePage, Seen
from apps.pages.resources import Resource
from apps.pages.selection import Selection

FormT = TypeVar("FormT", bound=PairForm)


class HelpersPage(AtOncePage[FormT, Paired]):
    """What both have in common: a cadre who then helps the households."""

    form: ClassVar[type[Any]]

    def require_number(self, count: int) -> None:
        require_number(count)

    def form_of(self, data: Any, seen: Seen) -> FormT:
        made: FormT = self.form(data, user=self.request.user)
        return made

    def act(self, seen: Seen, form: FormT, *, dry_run: bool) -> Paired:
        return self.write(list(seen), form.cleaned_data, dry_run=dry_run)

    @abstractmethod
    def write(self, keys: list[int], given: dict[str, Any], *, dry_run: bool) -> Paired:
        """Do it, or say what would come of it."""

    def warning(self, outcome: Paired) -> str:
        if not outcome.too_many:
            return ""
        words = _("这名干部共结对 %(n)d 户，超过 %(most)d 户，难以做到经常入户。")
        return words % {"n": outcome.in_force, "most": USUAL_MOST}

    def done_list(self, selection: Selection, outcome: Paired, form: FormT) -> str:
        query = {"cadre": form.cleaned_data["cadre"].pk, "running": "true"}
        return f"{PairingResource.list_url()}?{urlencode(query)}"


class PairPage(HelpersPage[PairForm]):
    """Households to a cadre."""

    resource: type[Resource] = HouseholdResource
    bulk = PAIR
    form = PairForm
    heading = gettext_lazy("批量结对")
    columns = ("head", "code", "division", "status")

    def write(self, keys: list[int], given: dict[str, Any], *, dry_run: bool) -> Paired:
        return services.pair_many(keys, given["cadre"], by=requester(self.request), on=given["on"], dry_run=dry_run)


class HandOverPage(HelpersPage[HandOverForm]):
    """Pairings from one cadre, or several, to another."""

    resource: type[Resource] = PairingResource
    bulk = HAND_OVER
    form = HandOverForm
    heading = gettext_lazy("批量交接")
    columns = ("name", "household", "head", "division")

    def write(self, keys: list[int], given: dict[str, Any], *, dry_run: bool) -> Paired:
        return services.hand_over_many(
            keys,
            given["cadre"],
            by=requester(self.request),
            on=given["on"],
            reason=given["reason"],
            dry_run=dry_run,
        )
