"""Field identifiers of the national system (registry.md §10) and the field each becomes; for import and export.

Identifiers of the form `B22` are numbers of the paper form of poor villages; fields without either stand only here.
"""

from __future__ import annotations

VILLAGE = {
    "aad004": "attributes",
    "aad035": "development_type",
    "aad036": "terrain",
    "aar011": "leader",
    "aaf031": "leader_title",
    "aar012": "leader_phone",
    "aar101": "lon",
    "aar102": "lat",
}

VILLAGE_YEAR = {
    "aad006": "natural_villages",
    "aad005": "households",
    "aad010": "population",
    "aad008": "dibao_households",
    "aad012": "dibao_persons",
    "aad009": "tekun_households",
    "aad013": "tekun_persons",
    "aad014": "minority",
    "aad015": "women",
    "aad016": "disabled",
    "aad017": "labourers",
    "aad018": "migrants",
    "aad037": "party_members",
    "aad038": "graduate_officials",
    "aad019": "cultivated",
    "aad027": "irrigated",
    "aad021": "forest",
    "aad022": "returned",
    "aad023": "orchard",
    "aad024": "grassland",
    "aad025": "water",
    "aad301": "per_capita_net",
    "aad302": "collective_income",
    "aad328": "paved_to_township",
    "aad323": "bus",
    "B22": "unpaved_natural_villages",
    "B24": "unpaved_km",
    "B25": "unpaved_to_township_km",
    "aad331": "unsafe_water_households",
    "aad332": "difficult_water_households",
    "aad358": "powered_natural_villages",
    "aad361": "dangerous_households",
    "aad311": "insured_medical",
    "aad313": "insured_pension",
    "aad314": "insured_pension_employee",
    "aad371": "cooperatives",
    "aad381": "tourism_households",
    "aad383": "tourism_workers",
    "aad382": "farmstays",
    "aad384": "farmstay_income",
    "aad391": "clinics",
    "aad393": "doctors",
    "aad392": "toilets",
    "aad394": "waste_points",
    "aad401": "libraries",
    "aad411": "broadband_households",
    "aad412": "broadband_schools",
    "aad413": "mobile_households",
    "aad414": "information_officers",
}

COMPUTED = {"aad007": "poor_households", "aad011": "poor_persons"}
"""Figures of the national form that the register counts; a file's values are compared, never stored."""
