"""The five-level tree of administrative divisions.

The code is the key, and the tree is arithmetic on it (`apps.divisions.codes`); `parent` and `level` are stored because
forms, filters and foreign keys want them, and the database holds them equal to what the code says.
"""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.common.prepared import Given, Prepared
from apps.divisions import codes
from apps.divisions.choices import Kind, Level, PovertyTier
from apps.divisions.querysets import DivisionQuerySet


def validate_code(value: int) -> None:
    """Refuses a number that cannot be a division code."""
    try:
        codes.level(value)
    except ValueError as wrong:
        raise ValidationError(_("不是有效的12位区划代码"), code="division_code") from wrong


def _shape() -> Q:
    """Level and parent are what the code says: nothing set below the level, the parent one level up."""
    shape = Q(level=codes.REGION, parent__isnull=True, code=F("code") - F("code") % codes.SPAN[codes.REGION])
    for level in codes.LEVELS[1:]:
        shape |= Q(
            level=level,
            parent__isnull=False,  # a comparison with NULL would not refuse the row
            code=F("code") - F("code") % codes.SPAN[level],
            parent=F("code") - F("code") % codes.SPAN[level - 1],
            parent__lt=F("code"),
        )
    return shape


def _path() -> models.QuerySet["Division"]:
    return Division.objects.filter(code__in=[Given(f"level{level}") for level in codes.LEVELS]).order_by("code")


_PATH = Prepared(_path)


class Division(models.Model):
    """One unit of the tree; its primary key is its 12-digit code.

    Open to read for everyone who is signed in. Units are never deleted: one that ends by merging or re-coding keeps
    its row with `ended_on` and, where there is one, the unit that took its place.
    """

    code = models.BigIntegerField(_("区划代码"), primary_key=True, validators=[validate_code])
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("上级")
    )
    level = models.PositiveSmallIntegerField(_("层级"), choices=Level.choices)
    name = models.CharField(_("名称"), max_length=100)
    short_name = models.CharField(_("简称"), max_length=100)
    kind = models.CharField(_("类别"), max_length=20, choices=Kind.choices)
    is_virtual = models.BooleanField(_("虚拟社区"), default=False)
    host = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="hosted",
        verbose_name=_("所在旗县"),
        help_text=_("开发区没有独立边界，地图上画在所在旗县内"),
    )
    lon = models.DecimalField(_("经度"), max_digits=8, decimal_places=5, null=True, blank=True)
    lat = models.DecimalField(_("纬度"), max_digits=8, decimal_places=5, null=True, blank=True)
    poverty_tier = models.CharField(_("贫困县级别"), max_length=10, choices=PovertyTier.choices, blank=True, default="")
    exit_year = models.PositiveSmallIntegerField(_("摘帽年度"), null=True, blank=True)
    announced_on = models.DateField(_("公告日期"), null=True, blank=True)
    contiguous_area = models.CharField(_("集中连片特困地区"), max_length=50, blank=True, default="")
    sort_key = models.BigIntegerField(_("排序"), editable=False)
    replaced_by = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="replaces", verbose_name=_("并入")
    )
    ended_on = models.DateField(_("撤销日期"), null=True, blank=True)

    objects = DivisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("行政区划")
        verbose_name_plural = _("行政区划")
        ordering = ["sort_key"]
        indexes = [
            models.Index(fields=["level", "code"], name="division_level_code"),
            models.Index(fields=["sort_key"], name="division_sort_key"),
            models.Index(fields=["name"], name="division_name", opclasses=["varchar_pattern_ops"]),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(code__gte=10**11, code__lt=10**12), name="division_code_has_12_digits"),
            models.CheckConstraint(
                condition=_shape(),
                name="division_level_and_parent_are_the_code_s",
            ),
            models.CheckConstraint(
                condition=Q(replaced_by__isnull=True) | Q(ended_on__isnull=False),
                name="division_replaced_has_ended",
            ),
            models.CheckConstraint(
                condition=Q(level=codes.COUNTY) | Q(poverty_tier="", exit_year__isnull=True, host__isnull=True),
                name="division_county_facts_on_counties",
            ),
        ]

    def __str__(self) -> str:
        return self.short_name or self.name

    @staticmethod
    def path(code: int) -> "list[Division]":
        """From the region down to the unit itself, in one query; units that are not loaded are left out."""
        down = [*codes.ancestors(code), *[code] * len(codes.LEVELS)]  # the unit stands for what lies below it
        return _PATH.rows(**{f"level{level}": found for level, found in zip(codes.LEVELS, down, strict=False)})

    @property
    def code_text(self) -> str:
        """The twelve digits of the code."""
        return codes.text(self.code)

    @property
    def range(self) -> tuple[int, int]:
        """Lowest and highest code of the unit and everything below it."""
        return codes.subtree(self.code)

    @property
    def is_zone(self) -> bool:
        """A development zone that the statistics code list carries at county level."""
        return self.kind == Kind.ZONE


class DivisionHistory(models.Model):
    """One re-coding: what stood at `old_code` stands at `new_code` from `on`. Written by `services.recode` alone."""

    class Event(models.TextChoices):
        RENUMBERED = "renumbered", _("代码变更")
        MERGED = "merged", _("并入")

    old_code = models.BigIntegerField(_("原代码"), db_index=True)
    new_code = models.BigIntegerField(_("新代码"), db_index=True)
    old_name = models.CharField(_("原名称"), max_length=100)
    new_name = models.CharField(_("新名称"), max_length=100)
    event = models.CharField(_("变更方式"), max_length=12, choices=Event.choices)
    on = models.DateField(_("生效日期"))
    by = models.CharField(_("经办人"), max_length=150)
    at = models.DateTimeField(_("登记时间"), auto_now_add=True)
    moved_rows = models.JSONField(_("迁移记录数"), default=dict)

    class Meta:
        verbose_name = _("区划变更")
        verbose_name_plural = _("区划变更")
        ordering = ["-on", "-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(old_code=F("new_code")), name="divisionhistory_code_changes")
        ]

    def __str__(self) -> str:
        return f"{self.old_code} → {self.new_code} ({self.on})"


class HistoricalCode(models.Model):
    """One county-level code of GB/T 2260 and the years it was in force, for the first six digits of ID numbers.

    Empty until a history is loaded; whoever needs it must treat an empty table as "not known", never as "no".
    """

    code6 = models.CharField(_("六位代码"), max_length=6)
    name = models.CharField(_("名称"), max_length=100)
    from_year = models.PositiveSmallIntegerField(_("启用年"))
    to_year = models.PositiveSmallIntegerField(_("停用年"), null=True, blank=True)

    class Meta:
        verbose_name = _("历史区划代码")
        verbose_name_plural = _("历史区划代码")
        ordering = ["code6", "from_year"]
        constraints = [
            models.UniqueConstraint(fields=["code6", "from_year"], name="historicalcode_once_a_year"),
            models.CheckConstraint(condition=Q(code6__regex=r"^[1-9][0-9]{5}$"), name="historicalcode_six_digits"),
            models.CheckConstraint(
                condition=Q(to_year__isnull=True) | Q(to_year__gte=F("from_year")),
                name="historicalcode_years_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code6} {self.name}"
