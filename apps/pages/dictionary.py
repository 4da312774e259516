"""数据字典: every field that is kept, with its class, purpose, legal basis and who sees it; for everybody signed in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import BadRequest
from django.db.models import Field, Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.generic import View
from drf_spectacular.utils import OpenApiTypes, extend_schema
from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.access.capabilities import CAPABILITIES, REALM_CAPABILITIES
from apps.access.sight import CAPABILITY
from apps.common import fieldclasses
from apps.common.fieldclasses import FieldClass, Level
from apps.common.fields import BlindIndexField, SealedField

COLOURS = {Level.GENERAL: "grey", Level.SENSITIVE: "yellow", Level.HIGH: "red"}


@dataclass(frozen=True)
class Line:
    """One field of the dictionary."""

    model: type[Model]
    field: Field[Any, Any]
    kind: FieldClass

    @property
    def label(self) -> str:
        if isinstance(self.field, BlindIndexField):
            return _("查重索引")
        named = {"permission": _("权限"), "user": _("账户"), "id": _("编号")}.get(self.field.name)
        return named or str(capfirst(str(self.field.verbose_name)))

    @property
    def colour(self) -> str:
        return COLOURS[self.kind.level]

    @property
    def capability(self) -> str:
        """What it takes to read the value; nothing where everybody signed in may."""
        if self.kind.sensitive and getattr(self.model, "household_lookup", None):
            return CAPABILITY
        return REALM_CAPABILITIES.get(getattr(self.model, "realm", ""), "")

    @property
    def seen_by(self) -> str:
        """Who sees it, in words."""
        if isinstance(self.field, BlindIndexField) or self.field.name in ("password", "client_secret", "signing_key"):
            return _("无人，仅供系统比对")
        if not self.capability:
            return _("所有登录用户")
        held = str(CAPABILITIES[self.capability])
        if isinstance(self.field, SealedField):
            return _("显示掩码；写明理由并记录后，具有“%(capability)s”权限的可查看全号") % {
                "capability": CAPABILITIES[CAPABILITY]
            }
        if self.capability == CAPABILITY:
            return _("具有“%(capability)s”权限的，以及被允许查阅该户的；其他人看到 %(mask)s") % {
                "capability": held, "mask": fieldclasses.MASK
            }  # fmt: skip
        return _("具有“%(capability)s”权限的") % {"capability": held}


def lines(level: str = "") -> list[tuple[str, list[Line]]]:
    """The dictionary, table by table; of one level if one is named."""
    found = []
    # What tells of people first.
    for model in sorted(fieldclasses.declared(), key=lambda one: not getattr(one, "household_lookup", None)):
        kept = [
            Line(model, field, kind)
            for field in model._meta.concrete_fields
            if (kind := fieldclasses.class_of(field)) is not None and level in ("", kind.level)
        ]
        if kept:
            found.append((str(model._meta.verbose_name), kept))
    return found


class DictionaryPage(View):
    """The dictionary as a page; `?level=` narrows it."""

    def get(self, request: HttpRequest) -> HttpResponse:
        context = {
            "title": _("数据字典"),
            "tables": lines(level_of(request)),
            "levels": Level,
            "mask": fieldclasses.MASK,
        }
        return render(request, "pages/dictionary.html", {**context, "level": level_of(request)})


class DictionaryView(APIView):
    """The dictionary for programs."""

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        """Every field kept, with class, purpose, legal basis and the capability that it takes to read it."""
        return Response(
            {
                "next": None,
                "previous": None,
                "results": [
                    {
                        "table": line.model._meta.label_lower,
                        "field": line.field.name,
                        "title": line.label,
                        "level": line.kind.level,
                        "purpose": str(line.kind.purpose),
                        "basis": str(line.kind.basis.label),
                        "capability": line.capability or None,
                    }
                    for _name, table in lines(self._level(request))
                    for line in table
                ],
            }
        )

    def _level(self, request: Request) -> str:
        try:
            return level_of(request._request)
        except BadRequest as error:
            raise ParseError(str(error)) from error


def level_of(request: HttpRequest) -> str:
    """The level asked for; BadRequest for one that does not exist, and for any other parameter."""
    given = request.GET.get("level", "")
    if set(request.GET) - {"level"} or given not in ("", *Level.values):
        raise BadRequest(_("没有这个查询参数。"))
    return given
