"""The base form: one per model, used by the form page, the API and the import alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.access import policy
from apps.divisions.models import Division

LARGE = 50  # beyond this many choices a list is no help; the field takes the key itself


class DivisionField(forms.ModelChoiceField):
    """A place, given by its twelve digits: typed, chosen in the place picker, or sent by a program."""

    widget = forms.TextInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=Division.objects.pickable(), **{"label": _("所在地"), **kwargs})
        self.widget.attrs.update({"inputmode": "numeric", "pattern": "[0-9]{12}", "data-picker": "division"})

    def has_changed(self, initial: Any, data: Any) -> bool:
        return str(getattr(initial, "pk", initial) or "") != str(data or "")


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
        for field in self.fields.values():
            if isinstance(field, forms.ModelChoiceField) and hasattr(field.queryset, "visible_to"):
                field.queryset = field.queryset.visible_to(user)
        if self.instance.pk is not None and hasattr(self.instance, "version"):
            self.fields["version"] = forms.IntegerField(
                widget=forms.HiddenInput, initial=self.instance.version, min_value=1, label=_("版本")
            )

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
        self._save_m2m()
        return self.instance
