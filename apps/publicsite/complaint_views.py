"""网上举报: handing in a complaint without an account, following it, and the published numbers.

No cookie and no script; what an answer says of one complaint is kept by nobody on the way.
"""

from __future__ import annotations

import secrets
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.common.errors import ServiceError
from apps.complaints.choices import Kind, State
from apps.complaints.services import doors
from apps.complaints.services.counting import FEWEST
from apps.divisions import codes
from apps.publicsite import gates, reading, uploads
from apps.publicsite.answers import page, public, unkept
from apps.publicsite.forms import ComplaintForm, FollowForm

form_page = require_http_methods(["GET", "HEAD", "POST"])


def refused(title: str, message: str, status: int, wait: float = 0) -> HttpResponse:
    """Why something was not taken."""
    answer = unkept("error", {"title": title, "message": message}, status)
    if wait:
        answer.headers["Retry-After"] = str(int(wait) + 1)
    return answer


def too_often(wait: float) -> HttpResponse:
    """Too many in a minute from one address."""
    return refused(_("提交过于频繁"), _("同一网络地址一分钟内提交次数过多，请稍后再试，或拨打12317。"), 429, wait)


@public
@require_safe
def start_page(request: HttpRequest, root: str = "public") -> HttpResponseBase:
    """How to complain, and the first step to the place that it is about."""
    return page(request, "complaint_start", {**_shared(root, "complaint"), "units": _units(root, codes.WHOLE_REGION)})


@public
@form_page
def complaint_page(request: HttpRequest, code: str, root: str = "public") -> HttpResponseBase:
    """The form about one place, and what is handed in by it."""
    place = _place(code)
    if request.method != "POST":
        return _form(root, place, ComplaintForm(initial={"token": secrets.token_hex(16)}))
    try:
        if wait := gates.sending(request):
            return too_often(wait)
        if not uploads.taken(request):
            most = uploads.MOST_BYTES >> 20
            return refused(_("文件过大"), _("每张照片不能超过 %(most)d MB。") % {"most": most}, 413)
        form = ComplaintForm(request.POST, request.FILES)
        if not form.is_valid():
            return _form(root, place, form, 422)
        data = form.cleaned_data
        try:
            drawn = uploads.drawn(data["pictures"])
        except ServiceError as error:
            form.add_error("pictures", str(error))
            return _form(root, place, form, 422)
        words = {name: data[name] for name in ("name", "contact")}
        receipt = doors.receive(place, data["kind"], data["text"], pictures=drawn, key=data["token"], **words)
    except ServiceError as error:  # the cache does not answer
        return refused(_("服务暂不可用"), str(error), error.status)
    if receipt is None:
        raise Http404
    return unkept("complaint_receipt", {**_shared(root, "complaint"), "receipt": receipt}, 201)


@public
@form_page
def follow_page(request: HttpRequest, root: str = "public") -> HttpResponseBase:
    """How far a complaint is. Number and secret come by POST, so that they stand in no address."""
    shared = {**_shared(root, "complaint-follow"), "title": _("查询办理情况")}
    if request.method != "POST":
        return page(request, "complaint_follow", {**shared, "form": FollowForm()})
    if not uploads.few(request):
        return refused(_("请求过大"), _("提交的内容过多。"), 413)
    form = FollowForm(request.POST)
    found = None
    if form.is_valid():
        number = form.cleaned_data["receipt"]
        try:
            if wait := gates.asking(request, number):
                return too_often(wait)
        except ServiceError as error:
            return refused(_("服务暂不可用"), str(error), error.status)
        found = doors.follow(number, form.cleaned_data["secret"])
        if found is None:
            form.add_error(None, _("没有这个受理编号，或者查询码不对。"))
    label = State(found.state).label if found else ""
    return unkept("complaint_follow", {**shared, "form": form, "found": found, "state": label}, 200 if found else 422)


@public
@require_safe
def numbers_page(request: HttpRequest, root: str = "public") -> HttpResponseBase:
    """What was handed in of the latest quarter that is over, and what of it is closed; never who or about whom."""
    found = doors.numbers()
    context = {
        "title": _("信访举报办理情况公开"),
        "numbers": found,
        "quarter": (found.first.month + 2) // 3,
        "kinds": [(kind.label, *found.kinds[kind.value]) for kind in Kind],
        "fewest": FEWEST,
    }
    return page(request, "complaint_numbers", {**_shared(root, "complaint-numbers"), **context})


def _form(root: str, place: int, form: ComplaintForm, status: int = 200) -> HttpResponse:
    context = {
        **_shared(root, "complaint-place", codes.text(place)),
        "place": reading.names({place}).full(place),
        "form": form,
        "units": _units(root, place),
        "most": uploads.MOST_BYTES >> 20,
        "pictures": uploads.MOST_PICTURES,
        "action": reverse(f"{root}-complaint-place", args=[codes.text(place)]),
    }
    return unkept("complaint_form", context, status)


def _shared(root: str, name: str, *keys: str) -> dict[str, Any]:
    other = "public" if root == "public-en" else "public-en"
    return {"title": _("网上举报"), "other": reverse(f"{other}-{name}", args=keys)}


def _units(root: str, place: int) -> list[tuple[str, str]]:
    """The units below a place, each with the page of a complaint about it."""
    return [
        (reverse(f"{root}-complaint-place", args=[codes.text(unit.code)]), unit.name)
        for unit in reading.units_below(place)
    ]


def _place(code: str) -> int:
    """A place that one may complain about here; Http404 for none, and for the region: nobody above it has a desk."""
    try:
        place = codes.parse(code)
    except ValueError:
        raise Http404 from None
    if place == codes.WHOLE_REGION or not reading.place(place):
        raise Http404
    return place
