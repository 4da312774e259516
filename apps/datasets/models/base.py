"""What every data set has in common: versions, and rows that belong to one."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.access.models import PlacedModel
from apps.access.querysets import ScopedManager, ScopedQuerySet
from apps.common.fields import BlindIndexField
from apps.datasets.catalogue import datasets
from apps.divisions import codes

KEY, NAME = "key", "name"
_tables: dict[str, type[DepartmentRow]] = {}


def dataset_choices() -> list[tuple[str, str]]:
    """(code, name) of every data set, for forms and filters."""
    return [(code, one.name) for code, one in datasets().items()]


class VersionQuerySet(ScopedQuerySet):
    """Versions: how fresh a department's data are is no secret, whatever is in them is."""

    def visible_to(self, user: Any) -> VersionQuerySet:
        return self.all()


class DatasetVersion(PlacedModel):
    """数据集版本: one delivery of a data set as a supplier's place gave it, whole.

    It covers that place and all below, replaces the supplier's earlier version, and is dated `as_of`, the last day of
    its period (rule-semantics.md a.12). `years` are those that its rows speak of, where they do. `index_key` says
    under which key its numbers were made unreadable: a version under another key than the register's matches nobody
    and counts no more.
    """

    class State(models.TextChoices):
        STAGED = "staged", _("接收中")
        ACCEPTED = "accepted", _("已生效")
        WITHDRAWN = "withdrawn", _("已撤回")

    realm = "datasets"
    change_capability = "load_datasets"

    dataset = models.CharField(_("数据集"), max_length=5)
    as_of = models.DateField(_("数据截至"))
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.STAGED)
    level = models.PositiveSmallIntegerField(_("报送层级"), editable=False)
    rows = models.PositiveIntegerField(_("行数"), default=0)
    years = ArrayField(models.PositiveSmallIntegerField(), verbose_name=_("年度"), default=list, editable=False)
    index_key = models.CharField(max_length=16, default="", editable=False)
    received_at = models.DateTimeField(_("生效时间"), null=True, blank=True)
    emptied_at = models.DateTimeField(_("明细清除时间"), null=True, blank=True)

    objects: ClassVar = ScopedManager.from_queryset(VersionQuerySet)()

    class Meta:
        verbose_name = _("数据集版本")
        verbose_name_plural = _("数据集版本")
        constraints = [
            # What the rows' composite key hangs on: a row lies where its version does.
            models.UniqueConstraint(fields=["id", "division"], name="dataset_version_place"),
        ]
        indexes = [
            models.Index(fields=["dataset", "division", "-as_of"], name="dataset_version_latest"),
            models.Index(fields=["division", "id"], name="dataset_version_division"),
        ]

    def __str__(self) -> str:
        return f"{self.dataset} {self.division_id} {self.as_of:%Y-%m}"

    def save(self, **kwargs: Any) -> None:
        self.level = codes.level(self.division_id)
        super().save(**kwargs)


class DepartmentRow(PlacedModel):
    """One row of a data set: of whom (never the number itself, only its blind index), and the set's own columns.

    A data set is a subclass with its code, its columns as fields and what may stand only once (`once`). The columns
    are read from files and messages by their field names or labels.
    """

    realm = "datasets"
    change_capability = "load_datasets"
    dataset: ClassVar[str] = ""
    # Whether a row may speak of nobody (of a firm, a meter, a village).
    of_somebody: ClassVar[bool] = True
    # Columns that nobody sends: the citizen number tells them while the row is read (`services.parsing.told`).
    from_number: ClassVar[tuple[str, ...]] = ()

    id = models.BigAutoField(primary_key=True)
    version = models.ForeignKey(
        DatasetVersion,
        on_delete=models.CASCADE,
        db_constraint=False,  # the composite key with the place holds it
        db_index=False,
        related_name="+",
        verbose_name=_("版本"),
    )
    row_no = models.PositiveIntegerField(_("行号"))
    key = BlindIndexField(verbose_name=_("证件号码"))
    name = models.CharField(_("姓名"), max_length=50, blank=True, default="")

    class Meta:
        abstract = True
        indexes = [models.Index(fields=["key", "version"], name="%(class)s_key")]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if code := cls.__dict__.get("dataset"):
            if code in _tables or code not in datasets():
                raise ValueError(f"no data set {code}, or declared twice")
            _tables[code] = cls

    def __str__(self) -> str:
        return f"{self.version_id} {self.row_no}"

    @classmethod
    def columns(cls) -> list[models.Field[Any, Any]]:
        """The set's own columns as they are sent, in the order of their declaration."""
        others = {"id", "division", "version", "row_no", KEY, NAME, *cls.from_number}
        return [field for field in cls._meta.concrete_fields if field.name not in others]


def tables() -> dict[str, type[DepartmentRow]]:
    """The table of each data set that can be received, by its code."""
    return dict(_tables)


def once(*names: str, **more: Any) -> list[models.BaseConstraint]:
    """What may stand only once in a version: of rows that agree in these columns the later one is refused."""
    return [models.UniqueConstraint(fields=["version", *names], name="%(class)s_once", **more)]


# --- Columns that many sets have --------------------------------------------------------------------------------------


class PlaceField(models.BigIntegerField):
    """A division as a department writes it: 12 digits, or the first 6 or 9 of them; of other provinces too, so it is a
    number and no reference."""


def text(label: Any, length: int = 60, **more: Any) -> models.CharField[Any, Any]:
    """A text that must be there; with `blank=True` one that need not."""
    if more.get("blank"):
        more.setdefault("default", "")
    return models.CharField(label, max_length=length, **more)


def choice(label: Any, *choices: tuple[str, Any], **more: Any) -> models.CharField[Any, Any]:
    """One of a few values, written as itself or as its label."""
    return models.CharField(label, max_length=max(len(value) for value, _label in choices), choices=choices, **more)


def money(label: Any, **more: Any) -> models.DecimalField[Any, Any]:
    """Yuan."""
    return models.DecimalField(label, max_digits=12, decimal_places=2, **more)


def day(label: Any, **more: Any) -> models.DateField[Any, Any]:
    """A day that must be there."""
    return models.DateField(label, **more)


def maybe(field: models.Field[Any, Any]) -> Any:
    """The same column, which may be empty."""
    field.null = field.blank = True
    return field


def year(label: Any) -> models.PositiveSmallIntegerField[Any, Any]:
    """A year."""
    return models.PositiveSmallIntegerField(label)


def area() -> models.DecimalField[Any, Any]:
    """Square metres, where they are known."""
    return models.DecimalField(_("面积（平方米）"), max_digits=8, decimal_places=2, null=True, blank=True)
