"""IN-05 … IN-11, IN-13, IN-14: hit, miss, null and boundary of each clause (rule-semantics.md c)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from apps.crosschecks.rules.parameters import Settings
from tests.crosschecks.families import VILLAGE, assert_cases, family, hits

pytestmark = pytest.mark.django_db

FEN = Decimal("0.01")
HIT, MISS = {"h"}, set()
# Rule, what, members, what else the family has, hit or not.
CASES = [
    ("IN-05", "cost above", [{}], {"income": {"operating": 1000, "operating_cost": 1000 + FEN}}, HIT),
    ("IN-05", "equal", [{}], {"income": {"operating": 1000, "operating_cost": 1000}}, MISS),
    ("IN-05", "income null", [{}], {"income": {"operating_cost": 1000}}, MISS),
    ("IN-05", "cost null", [{}], {"income": {"operating": 1000}}, MISS),
    ("IN-06", "money and nobody", [{}], {"income": {"dibao_amount": 1}}, HIT),
    ("IN-06", "nothing and somebody", [{"year": {"dibao": True}}], {"income": {"dibao_amount": 0}}, HIT),
    ("IN-06", "both", [{"year": {"dibao": True}}, {"year": {"dibao": False}}],
     {"income": {"dibao_amount": 2000}}, MISS),
    ("IN-06", "neither", [{"year": {"dibao": None}}], {"income": {"dibao_amount": 0}}, MISS),
    ("IN-06", "money null", [{"year": {"dibao": True}}], {"income": {"wage": 1}}, MISS),
    ("IN-06", "no row", [{"year": {"dibao": True}}], {"income": None}, MISS),
    ("IN-07", "money and nobody", [{}], {"income": {"tekun_amount": 1}}, HIT),
    ("IN-07", "nothing and somebody", [{"year": {"tekun": True}}], {"income": {"tekun_amount": 0}}, HIT),
    ("IN-07", "both", [{"year": {"tekun": True}}], {"income": {"tekun_amount": 5000}}, MISS),
    ("IN-07", "money null", [{"year": {"tekun": True}}], {"income": {"wage": 1}}, MISS),
    ("IN-08", "sixty on the last day", [{"born": "1958-12-31"}], {"income": {"pension_amount": 1200}}, MISS),
    ("IN-08", "sixty a day later", [{"born": "1959-01-01"}], {"income": {"pension_amount": 1200}}, HIT),
    ("IN-08", "employees' scheme", [{"born": "1970-01-01", "year": {"pension_employee": True}}],
     {"income": {"pension_amount": 1200}}, MISS),
    ("IN-08", "a birth date unknown", [{"born": "1970-01-01"}, {"id_no": None, "id_type": "9"}],
     {"income": {"pension_amount": 1200}}, MISS),
    ("IN-08", "sixty before the year began", [{"born": "1957-10-01", "year": {"pension_resident": True}}],
     {"income": {"pension_amount": 0}}, HIT),
    ("IN-08", "sixty a day after it began", [{"born": "1957-10-02", "year": {"pension_resident": True}}],
     {"income": {"pension_amount": 0}}, MISS),
    ("IN-08", "not in the scheme", [{"born": "1950-01-01", "year": {"pension_resident": False}}],
     {"income": {"pension_amount": 0}}, MISS),
    ("IN-08", "money null", [{"born": "1950-01-01", "year": {"pension_resident": True}}],
     {"income": {"wage": 1}}, MISS),
    ("IN-09", "no attribute", [{}], {"income": {"family_planning": 960}}, HIT),
    ("IN-09", "attributes false", [{}], {"income": {"family_planning": 960}, "household":
     {"is_only_child_family": False, "is_two_daughter_family": False}}, HIT),
    ("IN-09", "two daughters", [{}], {"income": {"family_planning": 960}, "household":
     {"is_two_daughter_family": True}}, MISS),
    ("IN-09", "only child", [{}], {"income": {"family_planning": 960}, "household":
     {"is_only_child_family": True, "is_two_daughter_family": False}}, MISS),
    ("IN-09", "no money", [{}], {"income": {"family_planning": 0}}, MISS),
    ("IN-10", "wage and nobody", [{}], {"income": {"wage": 9000}}, HIT),
    ("IN-10", "months", [{"year": {"work_months": Decimal("0.5"), "work_region": "01"}}],
     {"income": {"wage": 9000}}, MISS),
    ("IN-10", "public post", [{}, {"year": {"public_job": "护林员"}}], {"income": {"wage": 9000}}, MISS),
    ("IN-10", "post and no wage", [{"year": {"public_job": "护林员"}}], {"income": {"wage": 0}}, HIT),
    ("IN-10", "zero months and no wage", [{"year": {"work_months": 0}}], {"income": {"wage": 0}}, MISS),
    ("IN-10", "wage null", [{"year": {"work_months": 5, "work_region": "01"}}], {"income": {"operating": 1}}, MISS),
    ("IN-11", "wage at the least", [{}], {"income": {"wage": 300}}, MISS),
    ("IN-11", "wage below", [{}], {"income": {"wage": 300 - FEN}}, HIT),
    ("IN-11", "wage nothing", [{}], {"income": {"wage": 0}}, MISS),
    ("IN-11", "wage at the most", [{}], {"income": {"wage": 300_000}}, MISS),
    ("IN-11", "wage above", [{}], {"income": {"wage": 300_000 + FEN}}, HIT),
    ("IN-11", "allowance", [{}], {"income": {"dibao_amount": 199}}, HIT),
    ("IN-11", "support", [{}], {"income": {"tekun_amount": 199}}, HIT),
    ("IN-11", "pension", [{}], {"income": {"pension_amount": 87}}, HIT),
    ("IN-11", "planning", [{}], {"income": {"family_planning": 99}}, HIT),
    ("IN-11", "all at the least", [{}], {"income": {"dibao_amount": 200, "tekun_amount": 200, "pension_amount": 88,
     "family_planning": 100}}, MISS),
    ("IN-13", "no land", [{}], {"income": {"eco_amount": 1}, "facts": {"forest_mu": 0}}, HIT),
    ("IN-13", "all areas nothing", [{}], {"income": {"eco_amount": 1},
     "facts": {"forest_mu": 0, "grassland_mu": 0, "returned_mu": 0}}, HIT),
    ("IN-13", "some grassland", [{}], {"income": {"eco_amount": 1},
     "facts": {"forest_mu": 0, "grassland_mu": 1}}, MISS),
    ("IN-13", "areas null", [{}], {"income": {"eco_amount": 1}}, MISS),
    ("IN-13", "no facts", [{}], {"income": {"eco_amount": 1}, "facts": None}, MISS),
    ("IN-13", "no money", [{}], {"income": {"eco_amount": 0}, "facts": {"forest_mu": 0}}, MISS),
    ("IN-14", "irrigated above", [{}], {"facts": {"cultivated_mu": 10, "irrigated_mu": 10 + FEN}}, HIT),
    ("IN-14", "irrigated equal", [{}], {"facts": {"cultivated_mu": 10, "irrigated_mu": 10}}, MISS),
    ("IN-14", "cultivated null", [{}], {"facts": {"cultivated_mu": None, "irrigated_mu": 10}}, MISS),
    ("IN-14", "returned above", [{}], {"facts": {"returned_mu": 6, "forest_mu": 3, "grassland_mu": 2}}, HIT),
    ("IN-14", "returned equal", [{}], {"facts": {"returned_mu": 5, "forest_mu": 3, "grassland_mu": 2}}, MISS),
    ("IN-14", "one null", [{}], {"facts": {"returned_mu": 4, "forest_mu": 3}}, HIT),
    ("IN-14", "both null", [{}], {"facts": {"returned_mu": 4}}, MISS),
]  # fmt: skip


@pytest.mark.parametrize("rule", sorted({case[0] for case in CASES}))
def test_families(rule):
    assert_cases(rule, CASES)


def test_a_least_amount_is_the_nearest_divisions():
    made = family({}, income={"wage": 400})
    assert hits("IN-11") == set()
    assert made.names(hits("IN-11", settings=Settings.of([("wage_min", VILLAGE, Decimal(500))]))) == {"h"}
