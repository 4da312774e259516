"""Filters of deliveries and of refused rows."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.datasets.models import Delivery, DeliveryFault, dataset_choices
from apps.pages.filters import ChoicesFilter, DateFilter, Filters, between


class DeliveryFilters(Filters):
    """部门数据报送."""

    dataset = ChoicesFilter(label=_("数据集"), choices=dataset_choices)
    period_min, period_max = between("period", _("数据截至"), DateFilter)

    class Meta:
        model = Delivery
        fields = ["state"]


class DeliveryFaultFilters(Filters):
    """未接收的行: of one delivery."""

    class Meta:
        model = DeliveryFault
        fields = ["delivery", "code"]
