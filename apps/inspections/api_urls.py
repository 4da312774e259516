from django.urls import path
from rest_framework.routers import SimpleRouter

from apps.inspections import api, tables
from apps.pages.routes import viewset

router = SimpleRouter()
router.register("inspections", viewset(tables.InspectionResource, api.InspectionViewSet), "inspection")
router.register("inspection-targets", viewset(tables.TargetResource), "inspection-target")
router.register("samples", viewset(tables.SampleResource), "sample")
router.register("sampled-units", viewset(tables.SampledUnitResource), "sampled-unit")
router.register("site-forms", viewset(tables.SiteFormResource, api.SiteFormViewSet), "site-form")
router.register("form-templates", viewset(tables.FormTemplateResource, api.FormTemplateViewSet), "form-template")

urlpatterns = [
    path("phone/inspections/", api.PhoneInspectionsView.as_view(), name="phone-inspections"),
    path("inspections/<int:key>/step/", api.InspectionStepView.as_view(), name="inspection-step"),
    path("sampled-units/<int:key>/replace/", api.ReplaceView.as_view(), name="sampled-unit-replace"),
    path("site-forms/<int:key>/settle/", api.LateProblemView.as_view(), name="site-form-settle"),
    path("site-forms/<int:key>/photos/", api.SiteFormPhotoView.as_view(), name="site-form-photo-send"),
    path("site-form-photos/<int:key>/image/", api.SiteFormPhotoImageView.as_view(), name="site-form-photo-image"),
    *router.urls,
]
