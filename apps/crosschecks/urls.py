from django.urls import path

from apps.crosschecks import bulk_views, candidate_views, statistics_views, tables, views
from apps.pages.routes import pages

urlpatterns = [
    *pages("findings", tables.FindingResource, detail_page=views.FindingPage),
    path("findings/steps/", bulk_views.StepsPage.as_view(), name="finding-steps"),
    path("findings/files/<int:key>/", views.FindingFilePage.as_view(), name="finding-file"),
    *pages("candidates", tables.CandidateResource, detail_page=candidate_views.CandidatePage),
    path("rules/", views.RulesPage.as_view(), name="rule-list"),
    path("rules/statistics/", statistics_views.StatisticsPage.as_view(), name="rule-statistics"),
    path("rules/<str:rule>/", views.RulePage.as_view(), name="rule-detail"),
    path("rules/<str:rule>/what-if/", views.WhatIfPage.as_view(), name="rule-what-if"),
    path("rules/<str:rule>/threshold/", views.ThresholdPage.as_view(), name="rule-threshold"),
    *[
        route
        for route in pages("runs", tables.RunResource, detail_page=views.RunPage)
        if route.name != "run-update"  # a run is opened, never changed
    ],
]
