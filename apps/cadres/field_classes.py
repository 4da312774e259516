"""The class of every field of cadres: officials in their duty; their numbers are protected like everybody's."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.cadres.models import Attendance, Cadre, Card, CountyChief, Duty, HelpingUnit, HomeCheck, TaskForce
from apps.common.fieldclasses import Basis, declare, general, high

HELP = _("落实帮扶责任，户与干部互相找得到")
REACH = _("联系帮扶干部")
IDENTIFY = _("核对干部身份")
CARE = _("选派、培训和保障帮扶干部")
HEARD = _("核查户与帮扶责任人是否互相知情")
STAY = _("核查贫困旗县党政正职调整是否经批准或备案")


def declare_all() -> None:
    """Declare the cadres' fields; once, when the app is ready."""
    declare(HelpingUnit, general(HELP, "name level kind ended_on", Basis.PUBLIC))
    declare(
        Cadre,
        general(HELP, "code unit name sex rank post left_on account"),
        high(IDENTIFY, "id_no id_no_index"),
        high(REACH, "phone phone_index"),
        general(
            CARE,
            "political bilingual rural_experience accident_insured health_checked_on trained_on",
        ),
    )
    declare(TaskForce, general(HELP, "kind name unit set_on withdrawn_on reason", Basis.PUBLIC))
    declare(
        Duty,
        general(HELP, "kind cadre unit team name unit_name from_on until_on reason"),
        high(REACH, "phone phone_index"),
        general(CARE, "unfit"),
    )
    declare(Attendance, general(HELP, "duty name month days_present leave_days note"))
    declare(HomeCheck, general(HEARD, "household checked_on checker knows_helper satisfaction note"))
    declare(CountyChief, general(STAY, "post name from_on until_on approval_no approved_on approved_by"))
    declare(Card, general(HELP, "household issued_by issued_at"), high(HELP, "token"))
