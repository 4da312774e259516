"""The class of every field of the register (`apps.common.fieldclasses`): the data dictionary's part about people.

Masked without the right to personal data: numbers and accounts, health, what completes a masked ID number (the birth
date), where exactly somebody lives, and schooling, which is that of children. The cause of poverty, the guarantees and
the income stay general: identification and exit are put to public notice with them, and heads and inspectors judge by
them.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.access.models import Pairing, Share
from apps.common.fieldclasses import Basis, declare, general, high, sensitive
from apps.households.models import (
    CodeCounter,
    GuaranteeStatus,
    Household,
    HouseholdIncome,
    HouseholdYear,
    NaturalChange,
    Person,
    PersonYear,
    PovertyLine,
    RegistrationConflict,
    StatusEvent,
)

IDENTIFY = _("识别贫困户和家庭成员，核对身份")
STATUS = _("记录贫困状态及其变化，按规定公示")
CONTACT = _("联系和走访")
PAY = _("核对补贴发放账户")
HELP = _("制定帮扶措施")
SCHOOL = _("核查义务教育保障，控辍保学")
HEALTH = _("落实健康扶贫和残疾人保障")
WORK = _("核查就业帮扶")
INSURE = _("核查参保和社会保障")
INCOME = _("测算收入，判断是否达到脱贫标准")
LIVING = _("核查生产生活条件和住房安全")
GUARANTEE = _("核查两不愁三保障")
CHANGE = _("登记人口自然变更")
OPENED = _("记录谁被允许查阅哪一户")
CHECK = _("核对填报质量")
RECORD = _("记录办理人和办理时间")


def declare_all() -> None:
    """Declare the register's fields; once, when the app is ready."""
    declare(
        Household,
        general(IDENTIFY, "code national_no natural_village member_count_stated"),
        sensitive(CONTACT, "address lon lat"),
        high(CONTACT, "phone phone_index"),
        general(CHECK, "phone_ok"),
        sensitive(PAY, "bank_name"),
        high(PAY, "bank_account bank_account_index"),
        general(
            STATUS,
            "identification_standard household_type cause_main cause_other return_cause plan_exit_year status"
            " identified_on exit_year returned_on",
        ),
        general(HELP, "is_martyr_family is_only_child_family is_two_daughter_family is_relocated"),
        sensitive(RECORD, "signed_by_head"),
        general(RECORD, "filled_by filled_on"),
    )
    declare(
        Person,
        general(IDENTIFY, "household code national_no name sex id_type relation ethnicity is_active"),
        high(IDENTIFY, "id_no id_no_index"),
        general(CHECK, "id_length id_check_ok id_birth_ok id_division_known"),
        sensitive(CHECK, "id_sex"),
        high(HEALTH, "disability_no disability_no_ok disability_grade"),
        sensitive(IDENTIFY, "birth_date", Basis.CHILD),
    )
    declare(
        PersonYear,
        general(IDENTIFY, "person household year political education"),
        sensitive(SCHOOL, "school_stage school dropout_reason dropout_evidence", Basis.CHILD),
        high(HEALTH, "health medical_relief other_health_aid contract_doctor"),
        sensitive(HEALTH, "labour"),
        general(WORK, "work_region work_place work_months work_employer public_job public_job_months speaks_mandarin"),
        general(
            INSURE,
            "medical_resident medical_employee serious_illness_insured commercial_medical pension_resident"
            " pension_employee accident_subsidy dibao tekun",
        ),
        general(HELP, "five_path"),
    )
    declare(
        HouseholdYear,
        general(IDENTIFY, "household year members"),
        general(
            LIVING,
            "cultivated_mu irrigated_mu forest_mu returned_mu orchard_mu grassland_mu water_mu livestock_sheep_units"
            " has_production_power road_distance_km road_type in_cooperative led_by_enterprise led_by_person"
            " housing_m2 is_dangerous dwelling_grade alternative_dwelling repair_plan_year repair_done_on"
            " has_domestic_power has_tv water_difficult water_safe fuel_type has_toilet",
        ),
    )
    declare(
        HouseholdIncome,
        general(IDENTIFY, "household year"),
        general(
            INCOME,
            "wage wage_public_job operating property asset_dividend other_property transfer family_planning"
            " dibao_amount tekun_amount pension_amount eco_amount other_transfer operating_cost gross net"
            " gross_stated net_stated per_capita_net_stated",
        ),
    )
    declare(
        GuaranteeStatus,
        general(IDENTIFY, "household year"),
        general(GUARANTEE, "food_ok clothing_ok education_ok medical_ok housing_ok water_ok income_ok assessed_on"),
        sensitive(GUARANTEE, "evidence"),
    )
    declare(StatusEvent, general(STATUS, "household kind status on note"), general(RECORD, "by recorded_at"))
    declare(
        NaturalChange,
        general(CHANGE, "household person kind happened_on target_household new_head reason campaign"),
        sensitive(CHANGE, "evidence"),
        general(RECORD, "reported_by reported_at reviewed_by approved_by approved_on rejected_on"),
    )
    declare(
        RegistrationConflict,
        high(CHECK, "id_no_index"),
        general(CHECK, "registered_division refused_division state noticed_at resolved_at"),
    )
    declare(PovertyLine, general(INCOME, "year amount basis", Basis.PUBLIC))
    declare(CodeCounter, general(IDENTIFY, "last", Basis.PUBLIC))
    declare(
        Pairing,
        general(HELP, "household cadre helper name unit_name from_on until_on reason"),
        high(HELP, "phone phone_index"),
    )
    declare(
        Share,
        general(
            OPENED,
            "household user user_name reason urgent shared_by shared_by_name valid_until withdrawn_at"
            " withdrawn_by_name",
            Basis.AUDIT,
        ),
    )
