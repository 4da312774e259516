from django.urls import path

from apps.datasets import views
from apps.datasets.tables import DeliveryFaultResource, DeliveryResource
from apps.pages.routes import pages

urlpatterns = [
    path("datasets/", views.DatasetsPage.as_view(), name="dataset-list"),
    path("datasets/<str:code>/", views.DatasetPage.as_view(), name="dataset-detail"),
    path("deliveries/new/", views.UploadPage.as_view(), name="delivery-upload"),
    *pages("deliveries", DeliveryResource, detail_page=views.DeliveryPage),
    path("deliveries/<int:key>/confirm/", views.DeliveryStep.as_view(step="confirm"), name="delivery-confirm"),
    path("deliveries/<int:key>/abandon/", views.DeliveryStep.as_view(step="abandon"), name="delivery-abandon"),
    path("deliveries/<int:key>/withdraw/", views.DeliveryStep.as_view(step="withdraw"), name="delivery-withdraw"),
    *pages("delivery-faults", DeliveryFaultResource),
]
