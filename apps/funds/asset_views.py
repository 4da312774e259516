"""Pages of the register of assets beyond the generic ones: the list with its sums, one asset, its card, a
distribution."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import Count, QuerySet, Sum
from django.http import FileResponse, HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from apps.accounts.sessions import requester
from apps.common.days import today
from apps.common.qr import picture
from apps.funds.asset_choices import AssetKind, DistributionState
from apps.funds.asset_forms import AssetStepForm, DistributionStepForm
from apps.funds.asset_import import EXPLAINED, SHEET
from apps.funds.asset_kinds import ASSET_STATE, DISTRIBUTION_STATE
from apps.funds.asset_tables import AssetResource
from apps.funds.models import Asset, AssetContract, AssetDistribution, AssetYield
from apps.funds.project_tables import ProjectResource
from apps.funds.services import distributions
from apps.history.services import log_access
from apps.notices.tables import NoticeResource
from apps.pages.imports.template import filled
from apps.pages.places import Places
from apps.pages.selection import Selection
from apps.pages.views import DetailPage, ListPage
from apps.pages.way_forms import WayForm
from apps.pages.way_pages import WayPage


class AssetListPage(ListPage):
    """The list, above it what there is at the place and what it earned this year."""

    def show(self, template: str = "", *, status: int = 200, **context: Any) -> HttpResponse:
        if not template and status == 200:
            context["overview"] = self.overview(context["selection"])
        return super().show(template, status=status, **context)

    def overview(self, selection: Selection) -> list[dict[str, Any]]:
        """Count and value of each class, yield and distribution of the year; three queries, whatever the filters."""
        user, year = requester(self.request), today().year
        here: QuerySet[Any] = selection.place.narrow(Asset.objects.visible_to(user).registered())
        by_kind = {row["kind"]: row for row in here.order_by().values("kind").annotate(n=Count("pk"), sum=Sum("value"))}
        found = [
            {
                "label": label,
                "number": by_kind.get(kind, {}).get("n", 0),
                "money": by_kind.get(kind, {}).get("sum") or 0,
                "query": selection.query(kind=kind, order=None),
            }
            for kind, label in AssetKind.choices
        ]
        received = selection.place.narrow(AssetYield.objects.visible_to(user).filter(year=year, cancelled_on=None))
        shared = selection.place.narrow(
            AssetDistribution.objects.visible_to(user).filter(year=year, state=DistributionState.DISTRIBUTED)
        )
        sums = ((_("%(year)d年收益"), received), (_("%(year)d年已分配"), shared))
        return [
            *found,
            *(
                {
                    "label": label % {"year": year},
                    **rows.aggregate(number=Count("asset", distinct=True), money=Sum("amount")),
                }
                for label, rows in sums
            ),
        ]


class AssetPage(WayPage):
    """An asset with its steps; what it came from and what it earns."""

    form_class = AssetStepForm
    states = ASSET_STATE

    def more(self, found: Asset, form: WayForm | None = None) -> dict[str, Any]:
        sees = found.project_id and ProjectResource.rows(self.request.user).filter(pk=found.project_id).exists()
        return {
            **super().more(found, form),
            "project_url": ProjectResource.url("detail", found.project_id) if sees else "",
            "card_url": AssetResource.url("card", found.pk) if found.number else "",
        }


@method_decorator(never_cache, name="dispatch")
class AssetCardPage(DetailPage):
    """资产卡片: the card of a registered asset as it is printed and hung; its picture leads to the asset for whoever
    may see it."""

    page = "card"
    shown: ClassVar = (
        "number",
        "division",
        "kind",
        "form",
        "value",
        "source",
        "year",
        "owner_kind",
        "owner",
        "manager",
    )

    def get(self, request: HttpRequest, key: int) -> HttpResponse:
        found = self.get_object(key)
        user = requester(request)
        log_access(user, "print", division=found.division_id, obj=found, fields=["card"])
        reader = self.resource.reader(user, columns := [self.resource.column(name) for name in self.shown])
        row = self.rows().filter(pk=found.pk).values_list(*reader.paths).get()
        contracts = AssetContract.objects.visible_to(user).filter(asset=found, ended_on=None, until_on__gte=today())
        return self.show(
            asset=found,
            facts=zip(columns, next(reader.html([row])), strict=True),
            place=Places.of([found.division_id]).full(found.division_id),
            contract=contracts.order_by("from_on").first(),
            picture=picture(request.build_absolute_uri(self.resource.url("detail", found.pk))),
            back_url=self.resource.url("detail", found.pk),
        )


class DistributionPage(WayPage):
    """A distribution with its steps, and the notice that tells of it."""

    form_class = DistributionStepForm
    states = DISTRIBUTION_STATE

    def title(self, found: AssetDistribution) -> str:
        return f"{super().title(found)} {found.year}"

    def more(self, found: AssetDistribution, form: WayForm | None = None) -> dict[str, Any]:
        notice = distributions.notices_about(found).visible_to(requester(self.request)).order_by("-pk").first()
        return {
            **super().more(found, form),
            "asset_url": AssetResource.url("detail", found.asset_id),
            "notice_url": NoticeResource.url("detail", notice.pk) if notice else "",
        }


@require_safe
def import_template(request: HttpRequest) -> FileResponse:
    """`GET /assets/import/template.xlsx`, for those who may import somewhere."""
    return filled(request, "存量资产", SHEET, EXPLAINED, _("存量资产导入模板"))
