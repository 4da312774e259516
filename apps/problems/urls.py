from django.urls import path

from apps.pages.routes import pages
from apps.problems import bulk_views, report_views, standing_views, tables, views

problem = {"resource": tables.ProblemResource}

urlpatterns = [
    path("problems/import/template.xlsx", views.import_template, name="problem-import-template"),
    path("problems/standing/", standing_views.StandingPage.as_view(), name="problem-standing"),
    path("problems/report/", report_views.ReportPage.as_view(), name="problem-report-public"),
    path("problems/at-once/", bulk_views.ManyPage.as_view(), name="problem-at-once"),
    path("problems/<int:key>/photos/", views.ProblemPhotoAddPage.as_view(**problem), name="problem-photo-add"),
    path("problems/<int:key>/files/", views.ProblemFileAddPage.as_view(**problem), name="problem-file-add"),
    path("problems/<int:key>/elsewhere/", views.ElsewherePage.as_view(**problem), name="problem-elsewhere"),
    path("problem-site-photos/<int:key>/", views.SitePhotoPage.as_view(), name="problem-site-photo"),
    path("problems/<int:key>/sheet/", views.SheetPage.as_view(), name="problem-sheet"),
    *pages("problems", tables.ProblemResource, detail_page=views.ProblemPage),
    path("problem-photos/<int:key>/", views.ProblemPhotoPage.as_view(), name="problem-photo"),
    path("problem-photos/<int:key>/small/", views.ProblemPhotoPage.as_view(small=True), name="problem-photo-small"),
    path("problem-files/<int:key>/", views.ProblemFilePage.as_view(), name="problem-file"),
    *pages("rectification-measures", tables.MeasureResource),
    *pages("problem-reports", tables.ReportResource),
    *pages("supervision-letters", tables.LetterResource, detail_page=views.LetterPage),
    path("supervision-letters/<int:key>/sheet/", views.LetterSheetPage.as_view(), name="letter-sheet"),
    *pages("escalations", tables.EscalationResource),
    *pages("ladder-rungs", tables.RungResource),
]
