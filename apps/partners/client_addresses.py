"""The addresses that a client's token opens, below the API's own: each knows its caller only when it has read it."""

from __future__ import annotations

from django.urls import path

from apps.access.middleware import own_transactions
from apps.partners import deliveries_api
from apps.partners.api import VerifyView

FOR_CLIENTS = [
    path(address, own_transactions(view.as_view()), name=name)
    for address, view, name in (
        ("households/verify/", VerifyView, "household-verify"),
        ("datasets/<str:code>/deliveries/", deliveries_api.DeliveriesView, "department-deliveries"),
        ("datasets/<str:code>/deliveries/<int:key>/", deliveries_api.DeliveryView, "department-delivery"),
        (
            "datasets/<str:code>/deliveries/<int:key>/chunks/<int:number>/",
            deliveries_api.ChunkView,
            "department-chunk",
        ),
        (
            "datasets/<str:code>/deliveries/<int:key>/complete/",
            deliveries_api.CompleteView,
            "department-complete",
        ),
    )
]
