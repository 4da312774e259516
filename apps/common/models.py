"""Abstract models: rows with a version, so that nobody overwrites what he has not seen."""

from collections.abc import Iterable
from typing import Any, cast

from django.db import models, router, transaction
from django.utils.translation import gettext_lazy as _

from .errors import StaleVersion


def field_label(model: type[models.Model], name: str) -> Any:
    """What a field is called for people, translated when shown."""
    return cast("models.Field[Any, Any]", model._meta.get_field(name)).verbose_name


class VersionField(models.PositiveIntegerField):
    """Counts the writes of a row. The database counts, so that no number is given twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("default", 1)
        kwargs.setdefault("editable", False)
        super().__init__(*args, **kwargs)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        current = getattr(model_instance, self.attname) or 1
        if add:
            setattr(model_instance, self.attname, current)
            return current
        # A new row with a given key is first tried as an update; its number must not move by that.
        if not model_instance._state.adding:
            setattr(model_instance, self.attname, current + 1)
        return models.F(self.attname) + 1


class Versioned(models.Model):
    """A row with a version and its times. Every `save()` raises the version by one.

    `save(expected_version=n)` writes only if the stored version still is `n`, in one statement, and raises
    StaleVersion with the current row otherwise. `update()` does not touch the version: use it for derived
    columns only.
    """

    version = VersionField(_("版本"))
    created_at = models.DateTimeField(_("创建时间"), auto_now_add=True)
    updated_at = models.DateTimeField(_("更新时间"), auto_now=True)

    class Meta:
        abstract = True

    _expected_version: int | None = None

    def save(self, *args: Any, expected_version: int | None = None, **kwargs: Any) -> None:
        if kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = {*kwargs["update_fields"], "version", "updated_at"}
        if expected_version is None:
            super().save(*args, **kwargs)
            return
        before, self._expected_version = self.version, expected_version
        using = kwargs.get("using") or router.db_for_write(type(self), instance=self)
        try:
            # The savepoint keeps the transaction usable: the answer to a conflict shows the current row.
            with transaction.atomic(using=using):
                super().save(*args, **{**kwargs, "force_update": "update_fields" not in kwargs})
        except BaseException:
            self.version = before
            raise
        finally:
            self._expected_version = None
        self.version = expected_version + 1

    def _do_update(
        self, base_qs: models.QuerySet, using: str | None, pk_val: Any, values: Any, *args: Any, **kwargs: Any
    ) -> Any:
        """One row of an update. A condition on the version here makes compare-and-swap one statement."""
        # Used once: a handler of the signal that saves again is no part of the swap.
        expected, self._expected_version = self._expected_version, None
        if expected is None:
            return super()._do_update(base_qs, using, pk_val, values, *args, **kwargs)
        done = super()._do_update(base_qs.filter(version=expected), using, pk_val, values, *args, **kwargs)
        if not done:
            raise StaleVersion(base_qs.get(pk=pk_val))
        return done


def save_versioned(
    instance: Versioned,
    expected_version: int,
    *,
    update_fields: Iterable[str] | None = None,
    using: str | None = None,
) -> None:
    """Write `instance` if the stored row still has `expected_version`.

    StaleVersion (with the row as it is now) when somebody changed it since, the model's DoesNotExist when it
    is gone or out of reach.
    """
    options: dict[str, Any] = {"using": using} if using else {}
    if update_fields is not None:
        options["update_fields"] = list(update_fields)
    instance.save(expected_version=expected_version, **options)
