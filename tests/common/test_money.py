from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.common import money


@pytest.mark.parametrize(
    ("amount", "rounded"),
    [
        ("0.005", "0.01"),
        ("-0.005", "-0.01"),
        ("0.0049", "0.00"),
        ("2.675", "2.68"),
        ("-2.675", "-2.68"),
        ("2.665", "2.67"),
        ("9999999999.99", "9999999999.99"),
        (7, "7.00"),
    ],
)
def test_half_goes_away_from_zero(amount: str | int, rounded: str) -> None:
    result = money.to_cents(Decimal(amount))
    assert str(result) == rounded


def test_a_float_is_no_money() -> None:
    with pytest.raises(TypeError):
        money.to_cents(0.1)  # type: ignore[arg-type]


@given(st.decimals(-(10**9), 10**9, places=4))
def test_rounding_is_symmetric_and_near(amount: Decimal) -> None:
    assert money.to_cents(-amount) == -money.to_cents(amount)
    assert abs(money.to_cents(amount) - amount) <= Decimal("0.005")


def test_total_counts_null_as_zero() -> None:
    assert money.total(Decimal("0.1"), None, Decimal("0.2")) == Decimal("0.3")
    assert money.total() == 0


@pytest.mark.parametrize(
    ("amount", "heads", "result"),
    [
        ("10000", 3, "3333.33"),
        ("20000", 3, "6666.67"),
        ("-20000", 3, "-6666.67"),
        (None, 3, None),
        ("1", 0, None),
        ("1", None, None),
    ],
)
def test_per_head(amount: str | None, heads: int | None, result: str | None) -> None:
    found = money.per_head(None if amount is None else Decimal(amount), heads)
    assert found == (None if result is None else Decimal(result))
