"""The base form: one per model, used by the form page, the API and the import alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, cast

from django import forms
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.access import policy
from apps.access.models import PlacedModel
from apps.divisions.models import Division


class DivisionPicker(forms.TextInput):
    """A place by its twelve digits; where scripts run it becomes a row of lists, one per level.

    `everywhere` offers the whole region, for places that are no question of scope (where somebody works).
    """

    template_name = "generic/_picker_input.html"

    def __init__(self, attrs: dict[str, Any] | None = None, *, everywhere: bool = False) -> None:
        super().__init__({"inputmode": "numeric", "pattern": "[0-9]{12}", **(attrs or {})})
        self.everywhere = everywhere

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["everywhere"] = self.everywhere
        return context


class DivisionField(forms.ModelChoiceField):
    """A place, given by its twelve digits: chosen level by level on a page, sent as it is by a program."""

    widget = DivisionPicker

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=Division.objects.pickable(), **{"label": _("所在地"), **kwargs})

    def has_changed(self, initial: Any, data: Any) -> bool:
        return str(getattr(initial, "pk", initial) or "") != str(data or "")


def rows_of(field: forms.ModelChoiceField) -> QuerySet[Any]:
    """The rows that a relation field chooses among."""
    return cast("QuerySet[Any]", field.queryset)


class FixedRow(forms.TextInput):
    """A row that is settled by where one came from: shown, not asked for."""

    template_name = "generic/_fixed_row.html"


class RowField(forms.ModelChoiceField):
    """Another row, given by its code on a page and by its id in a program. Never a list: there may be thousands."""

    widget: type[forms.Widget] | forms.Widget = forms.TextInput

    @classmethod
    def of(cls, field: forms.ModelChoiceField) -> RowField:
        """The same question as a plain relation field."""
        help_text = field.help_text or (_("填写编码。") if cls._code_length(rows_of(field).model) else "")
        return cls(queryset=rows_of(field), required=field.required, label=field.label, help_text=help_text)

    @staticmethod
    def _code_length(model: type[Any]) -> int | None:
        try:
            return model._meta.get_field("code").max_length
        except FieldDoesNotExist:
            return None

    def to_python(self, value: Any) -> Any:
        written = str(value).strip() if isinstance(value, str) else ""
        if written and len(written) == self._code_length(rows_of(self).model):
            found = rows_of(self).filter(code=written).first()
            if found is None:
                raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")
            return found
        return super().to_python(value)

    def fix(self, key: Any) -> None:
        """Settle the row, if it is one that may be chosen."""
        found = rows_of(self).filter(pk=key).first() if str(key).isdigit() else None
        if found is not None:
            self.widget = FixedRow({"text": str(found)})
            self.help_text = ""


class AnswerField(forms.NullBooleanField):
    """Yes or no, and neither unless it is said: a box that was not ticked would be an answer."""

    widget = forms.Select(choices=[("", _("请选择")), ("True", _("是")), ("False", _("否"))])

    def validate(self, value: Any) -> None:
        if value is None:
            raise ValidationError(self.error_messages["required"], code="required")


def day(label: Any, **more: Any) -> forms.DateField:
    """A day that a browser offers a calendar for."""
    return forms.DateField(label=label, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"), **more)


class PageForm(forms.ModelForm):
    """A model form of somebody: it offers and accepts only what `user` may see, and may place rows only where he may.

    A form for an existing row of a versioned model carries the version it was opened with, and saving raises
    StaleVersion when the row has changed since.
    """

    # (legend, names of fields) in the order of the page; what is not named comes last, without a legend.
    fieldsets: ClassVar[Sequence[tuple[str | Promise, Sequence[str]]]] = ()

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        for name, field in list(self.fields.items()):
            if isinstance(field, forms.ModelChoiceField):
                self._narrow(name, field)
            elif isinstance(field, forms.ChoiceField):
                choices: Any = field.choices
                if choices and choices[0][0] == "":
                    field.choices = [("", _("请选择")), *list(choices)[1:]]
        if self.instance.pk is not None and hasattr(self.instance, "version"):
            self.fields["version"] = forms.IntegerField(
                widget=forms.HiddenInput, initial=self.instance.version, min_value=1, label=_("版本")
            )

    def _narrow(self, name: str, field: forms.ModelChoiceField) -> None:
        """Offer only rows the user sees; of a placed model never as a list."""
        rows = rows_of(field)
        model = rows.model
        if model is Division:
            if not isinstance(field, DivisionField):
                field.widget = DivisionPicker(everywhere=True)
            return
        if hasattr(rows, "visible_to"):
            field.queryset = rows.visible_to(self.user)
        if type(field) is forms.ModelChoiceField and issubclass(model, PlacedModel):
            self.fields[name] = RowField.of(field)
        offered = self.fields[name]
        if isinstance(offered, RowField) and self.initial.get(name):
            offered.fix(self.initial[name])

    def groups(self) -> list[tuple[str | Promise, list[forms.BoundField]]]:
        """The visible fields under their legends, for the page."""
        visible = {bound.name: bound for bound in self.visible_fields()}
        found = [(legend, [visible.pop(name) for name in names if name in visible]) for legend, names in self.fieldsets]
        return [(legend, fields) for legend, fields in [*found, ("", list(visible.values()))] if fields]

    def clean_division(self) -> Division:
        """The place, refused where the user may not change rows; the message does not tell what is there."""
        division: Division = self.cleaned_data["division"]
        if not policy.can(self.user, self._meta.model.change_capability, division.pk):
            raise ValidationError(_("没有这个行政区划，或者它不在您的范围内。"), code="invalid_choice")
        return division

    def save(self, commit: bool = True) -> Any:
        """Write the row; StaleVersion if it has changed since the form was opened."""
        expected = self.cleaned_data.get("version")
        if not commit or expected is None:
            return super().save(commit)
        self.instance.save(expected_version=expected)
        self._save_m2m()  # type: ignore[attr-defined]  # Django's own, not in its stubs
        return self.instance


class SettledForm(PageForm):
    """A form some of whose fields are settled when the row is made; a relation to what the user does not see stays
    as it is, and is not asked about."""

    settled: ClassVar[tuple[str, ...]] = ("division",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            return
        for name, field in list(self.fields.items()):
            unseen = isinstance(field, RowField) and self._unseen(name, field)
            if name in self.settled or unseen:
                del self.fields[name]

    def _unseen(self, name: str, field: RowField) -> bool:
        key = getattr(self.instance, f"{name}_id")
        return key is not None and not rows_of(field).filter(pk=key).exists()

    @property
    def said(self) -> dict[str, Any]:
        """What every service is told beside the row."""
        return {"by": self.user, "expected_version": self.cleaned_data.get("version")}


class PlacedByParentForm(SettledForm):
    """A form of rows that lie where something else does: the service places and checks them as a whole."""

    def _post_clean(self) -> None:
        for name in self._meta.fields or ():
            if name in self.cleaned_data:
                setattr(self.instance, name, self.cleaned_data[name])
