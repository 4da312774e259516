"""One person's whole file as a page, on paper and for programs, and the list of who looked at it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.generic import View

from apps.access import policy
from apps.common.errors import ServiceError
from apps.history.services import history_of, log_access
from apps.households import personfile
from apps.households.models import Person
from apps.households.tables import PersonResource
from apps.pages.print_views import watermark


@method_decorator(never_cache, name="dispatch")
class PersonFilePage(View):
    """Everything kept of a person. `printed`: as it goes on paper, which is an export and takes that right."""

    printed = False

    def get(self, request: HttpRequest, key: int) -> HttpResponse:
        person = personfile.person_of(request.user, key)
        return self.show(request, person)

    def show(self, request: HttpRequest, person: Person, status: int = 200, **more: Any) -> HttpResponse:
        """The page, after it was entered in the access log."""
        user: Any = request.user
        if self.printed:
            policy.require(user, "export_register", person)
        log_access(user, "print" if self.printed else "view", division=person.division_id, obj=person, fields=["file"])
        reader = PersonResource.reader(user, PersonResource.columns)
        row = PersonResource.rows(user).filter(pk=person.pk).values_list(*reader.paths).get()
        context = {
            "title": _("%(name)s的全部信息") % {"name": person.name},
            "person": person,
            "facts": list(zip(reader.columns, next(reader.html([row])), strict=True)),
            "tables": personfile.read(user, person),
            "changes": history_of(person, user),
            "most": personfile.MOST,
            "base": "bare.html" if self.printed else "base.html",
            "printed": self.printed,
            "watermark": watermark(user),
            "back_url": PersonResource.url("detail", person.pk),
            "print_url": reverse("person-file-print", args=[person.pk])
            if policy.can(user, "export_register", person)
            else "",
            "may_trace": policy.can(user, personfile.TRACE, person),
            **more,
        }
        return render(request, "households/person_file.html", context, status=status)


class LookersPage(PersonFilePage):
    """Who looked at the person, below his file, after a reason was given."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, key: int) -> HttpResponse:
        person = personfile.person_of(request.user, key)
        try:
            found = personfile.lookers(request.user, person, request.POST.get("reason", ""))
        except ServiceError as error:
            return self.show(request, person, 422, problem=error.message)
        return self.show(request, person, lookers=found)
