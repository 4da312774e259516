from django.urls import path

from apps.assessments import bulk_views, tables, views
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
]
