"""The class of every field of villages: work of the administration, with the one phone number of a person in it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.common.fieldclasses import Basis, declare, general, high
from apps.villages.models import Village, VillageYear

DESCRIBE = _("掌握嘎查村基本情况和贫困村退出")
LEADER = _("联系嘎查村负责人")


def declare_all() -> None:
    """Declare the villages' fields; once, when the app is ready."""
    declare(
        Village,
        general(DESCRIBE, "attributes development_type terrain lon lat village_status exit_year", Basis.PUBLIC),
        general(LEADER, "leader leader_title"),
        high(LEADER, "leader_phone leader_phone_index"),
    )
    declare(
        VillageYear,
        general(
            DESCRIBE,
            "village year natural_villages households population dibao_households dibao_persons tekun_households"
            " tekun_persons minority mongol women disabled labourers migrants party_members graduate_officials"
            " cultivated irrigated forest returned orchard grassland water per_capita_net collective_income"
            " collective_operating_income paved_to_township bus unpaved_natural_villages unpaved_km"
            " unpaved_to_township_km unsafe_water_households difficult_water_households powered_natural_villages"
            " unpowered_households production_power dangerous_households insured_medical insured_pension"
            " insured_pension_employee clinics doctors toilets waste_points clinic_standard_met libraries"
            " cooperatives tourism_households tourism_workers farmstays farmstay_income broadband_households"
            " broadband_schools mobile_households information_officers first_secretary task_force helping_unit"
            " leader_assignment plan good_team supervisors weak_branch stars secretary_filed reserves pv tourism"
            " ecommerce collective_project",
            Basis.PUBLIC,
        ),
    )
