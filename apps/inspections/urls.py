from django.urls import path

from apps.inspections import tables, views
from apps.pages.routes import pages

urlpatterns = [
    *pages("inspections", tables.InspectionResource, detail_page=views.InspectionPage),
    *pages("inspection-targets", tables.TargetResource),
    *[
        route
        for route in pages("samples", tables.SampleResource, detail_page=views.SamplePage)
        if route.name != "sample-update"  # a sample is drawn, never changed
    ],
    *pages("sampled-units", tables.SampledUnitResource, detail_page=views.UnitPage),
    path(
        "sampled-units/<int:key>/fill/",
        views.FillPage.as_view(resource=tables.SampledUnitResource),
        name="sampled-unit-fill",
    ),
    path(
        "sampled-units/<int:key>/replace/",
        views.ReplacePage.as_view(resource=tables.SampledUnitResource),
        name="sampled-unit-replace",
    ),
    *pages("site-forms", tables.SiteFormResource, detail_page=views.SiteFormPage),
    path(
        "site-forms/<int:key>/photos/",
        views.SitePhotoAddPage.as_view(resource=tables.SiteFormResource),
        name="site-form-photo-add",
    ),
    path(
        "site-forms/<int:key>/settle/",
        views.SettlePage.as_view(resource=tables.SiteFormResource),
        name="site-form-settle",
    ),
    path("site-form-photos/<int:key>/", views.SitePhotoPage.as_view(), name="site-form-photo"),
    path("site-form-photos/<int:key>/small/", views.SitePhotoPage.as_view(small=True), name="site-form-photo-small"),
    *pages("form-templates", tables.FormTemplateResource, detail_page=views.TemplatePage),
]
