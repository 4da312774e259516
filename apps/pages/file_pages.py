"""Taking a file for a row on that row's own page."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from apps.common.errors import ServiceError
from apps.pages.views import DetailPage


class FileAddPage(DetailPage, ABC):
    """Takes a file for a row and shows the row again, or what is wrong with the file.

    Stands before the row's own page among the bases. `field` is the name of the file in its form, under which `more`
    takes the form that was refused; `part` the part of the page that shows what was kept; `most_bytes` how large a
    file may be (`apps.pages.body_limits`).
    """

    page = "detail"
    field: ClassVar[str]
    part: ClassVar[str]
    most_bytes: ClassVar[int]

    @abstractmethod
    def file_form(self, found: Any, data: Any = None, files: Any = None) -> forms.Form | None:
        """The form of a file of this row, filled if there are data; None for whoever may add none."""

    @abstractmethod
    def keep(self, found: Any, form: forms.Form) -> None:
        """Keep the file of a valid form. Raises ServiceError for what cannot be kept."""

    def get(self, request: HttpRequest, key: int) -> HttpResponse:
        return HttpResponseRedirect(self.resource.url("detail", self.get_object(key).pk))

    def post(self, request: HttpRequest, key: int) -> HttpResponse:
        found = self.get_object(key)
        form = self.file_form(found, request.POST, request.FILES)
        if form is None:
            raise PermissionDenied(_("您没有在这里添加文件的权限。"))
        if form.is_valid():
            try:
                self.keep(found, form)
            except ServiceError as error:
                form.add_error(self.field, str(error))
            else:
                messages.success(request, _("文件已保存。"))
                return HttpResponseRedirect(f"{self.resource.url('detail', found.pk)}#{self.part}")
        return self.again(found, 422, **{self.field: form})
