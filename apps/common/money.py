"""Money: decimal yuan, never floating point."""

from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
# Largest amount of a column of twelve digits.
LIMIT = Decimal("9999999999.99")
# Options of a DecimalField that holds yuan.
YUAN = {"max_digits": 12, "decimal_places": 2}


def to_cents(amount: Decimal | int | str) -> Decimal:
    """Rounded half away from zero to two places: 0.005 is 0.01, -0.005 is -0.01. TypeError for a float."""
    if isinstance(amount, float):
        raise TypeError("money is never a float")
    return Decimal(amount).quantize(CENT, rounding=ROUND_HALF_UP)


def total(*amounts: Decimal | None) -> Decimal:
    """Exact sum; None counts as 0."""
    return sum((amount for amount in amounts if amount is not None), Decimal(0))


def per_head(amount: Decimal | None, heads: int | None) -> Decimal | None:
    """Quotient rounded as stored; None without an amount or without heads."""
    return None if amount is None or not heads else to_cents(amount / heads)
