from django.urls import path

from apps.assessments import bulk_views, effect_tables, effect_views, tables, views
from apps.pages.routes import pages

urlpatterns = [
    path("assessments/steps/", bulk_views.StepsPage.as_view(), name="assessment-steps"),
    *pages("assessments", tables.AssessmentResource, detail_page=views.AssessmentPage),
    path("assessments/<int:key>/sheet/", views.SheetPage.as_view(), name="assessment-sheet"),
    path("assessments/scores/<int:key>/", views.CountedPage.as_view(), name="assessment-counted"),
    *pages("indicator-sets", tables.IndicatorSetResource, detail_page=views.IndicatorSetPage),
    *[
        route
        for route in pages("assessment-rounds", tables.RoundResource, detail_page=views.RoundPage)
        if route.name != "assessment-round-update"  # a year is opened, never changed
    ],
    path("effect-assessments/ranking/", effect_views.RankingPage.as_view(), name="effect-ranking"),
    *pages("effect-assessments", effect_tables.EffectResource, detail_page=effect_views.EffectPage),
    path("effect-assessments/<int:key>/sheet/", effect_views.EffectSheetPage.as_view(), name="effect-assessment-sheet"),
    path("effect-assessments/scores/<int:key>/", effect_views.EffectCountedPage.as_view(), name="effect-counted"),
    path("effect-targets/import/template.xlsx", effect_views.target_template, name="effect-target-import-template"),
    *pages("effect-targets", effect_tables.EffectTargetResource),
    path("site-results/import/template.xlsx", effect_views.site_template, name="site-result-import-template"),
    *[
        route
        for route in pages("site-results", effect_tables.SiteResultResource)
        if route.name != "site-result-update"  # entered once, never changed
    ],
]
