from django.urls import path

from apps.measures import tables, views
from apps.measures.imports.template import loan_template, repayment_template
from apps.pages.routes import pages

urlpatterns = [
    path("loans/import/template.xlsx", loan_template, name="loan-import-template"),
    path("loan-repayments/import/template.xlsx", repayment_template, name="loan-repayment-import-template"),
    *pages("loans", tables.LoanResource),
    *pages(
        "loan-repayments",
        tables.LoanRepaymentResource,
        detail_page=views.RepaymentPage,
        form_page=views.RepaymentFormPage,
    ),
    *pages("loan-wishes", tables.LoanWishResource),
    *pages("risk-funds", tables.RiskFundResource),
]
