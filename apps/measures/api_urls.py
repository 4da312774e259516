from rest_framework.routers import SimpleRouter

from apps.measures import tables
from apps.pages.routes import viewset

router = SimpleRouter()
router.register("loans", viewset(tables.LoanResource), "loan")
router.register("loan-repayments", viewset(tables.LoanRepaymentResource), "loan-repayment")
router.register("loan-wishes", viewset(tables.LoanWishResource), "loan-wish")
router.register("risk-funds", viewset(tables.RiskFundResource), "risk-fund")

urlpatterns = router.urls
