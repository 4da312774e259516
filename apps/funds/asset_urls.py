from django.urls import path

from apps.funds import asset_tables as tables
from apps.funds import asset_views as views
from apps.pages.routes import pages

urlpatterns = [
    *pages("assets", tables.AssetResource, list_page=views.AssetListPage, detail_page=views.AssetPage),
    path("assets/import/template.xlsx", views.import_template, name="asset-import-template"),
    path("assets/<int:key>/card/", views.AssetCardPage.as_view(resource=tables.AssetResource), name="asset-card"),
    *pages("asset-contracts", tables.AssetContractResource),
    *pages("asset-yields", tables.AssetYieldResource),
    *[
        route
        for route in pages("asset-distributions", tables.AssetDistributionResource, detail_page=views.DistributionPage)
        if route.name != "asset-distribution-update"  # planned once, never changed
    ],
    *pages("distribution-lines", tables.DistributionLineResource),
]
