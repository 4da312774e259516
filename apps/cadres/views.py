"""Pages of cadres and pairings beyond the generic ones: what is to be minded of a cadre, the way to a hand-over."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.access import policy
from apps.access.models import Pairing
from apps.cadres import services
from apps.cadres.models import Cadre
from apps.cadres.services.pairing import USUAL_MOST
from apps.pages.views import DetailPage


class CadrePage(DetailPage):
    """A cadre with his households and duties, and what is to be minded of him."""

    def more(self, found: Any) -> dict[str, Any]:
        user = self.request.user
        may_read = policy.can(user, "view_personal_data", found)
        return {
            "may_reveal": may_read,
            "reveal_url": reverse("cadre-reveal", args=[found.pk]),
            "numbers": [("phone", _("联系电话")), ("id_no", _("证件号码"))],
            "warnings": self._warnings(found),
        }

    def _warnings(self, found: Cadre) -> list[str]:
        said = []
        households = services.in_force(found, by=self.request.user)  # type: ignore[arg-type]
        if households > USUAL_MOST:
            said.append(
                _("现结对 %(n)d 户，超过 %(most)d 户，难以做到经常入户。") % {"n": households, "most": USUAL_MOST}
            )
        if households and found.left_on is not None and found.left_on <= timezone.localdate():
            said.append(
                ngettext("已离岗，还有 %(n)d 户没有交接。", "已离岗，还有 %(n)d 户没有交接。", households)
                % {"n": households}
            )
        if households and found.account_id is None:
            said.append(_("没有登录账户，看不到自己的结对户，也不能填写民情日记。"))
        return said


class PairingPage(DetailPage):
    """One pairing, and the way to hand it over while it is in force."""

    def more(self, found: Pairing) -> dict[str, Any]:
        may = found.until_on is None and self.resource.may_change(self.request.user, found)
        return {"hand_over_url": reverse("pairing-hand-over") if may else ""}
