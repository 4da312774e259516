"""The class of every field of departments' data."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.common.fieldclasses import Basis, declare, general, high, sensitive
from apps.datasets.models import DatasetVersion, Delivery, DeliveryChunk, DeliveryFault, tables

SUPPLY = _("接收和管理部门数据")
COMPARE = _("与建档立卡信息比对")


def declare_all() -> None:
    """Declare the fields of deliveries and of every data set; once, when the app is ready."""
    declare(
        DatasetVersion,
        general(SUPPLY, "dataset as_of years state level rows index_key received_at emptied_at", Basis.PUBLIC),
    )
    declare(
        Delivery,
        general(
            SUPPLY,
            "dataset period state version by by_name source file_name file_hash stored chunks rows accepted refused"
            " attempts rung_at finished_at confirmed_by confirmed_by_name note",
            Basis.PUBLIC,
        ),
    )
    declare(DeliveryChunk, general(SUPPLY, "delivery number digest rows refused", Basis.PUBLIC))
    declare(DeliveryFault, general(SUPPLY, "delivery row_no field code message", Basis.PUBLIC))
    for model in tables().values():
        own = {field.name for field in model.columns()} | set(model.from_number)
        numbers = {"key"} | {name for name in own if name.endswith("_key")}
        declare(
            model,
            general(SUPPLY, "version row_no", Basis.PUBLIC),
            high(COMPARE, " ".join(sorted(numbers))),
            sensitive(COMPARE, " ".join(sorted((own | {"name"}) - numbers))),
        )
