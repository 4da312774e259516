"""The pages of the public site: what is on show at a place and below, one notice, its poster; what crawlers read."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from apps.common.days import today
from apps.common.qr import picture
from apps.common.wording import listed
from apps.divisions import codes
from apps.notices.choices import Kind, Way
from apps.notices.models import Publication
from apps.notices.sheets import sheet_of
from apps.pages.paging import BadCursor
from apps.publicsite import reading
from apps.publicsite.answers import kept, page, public

PAGE_SIZE = 30
DESCRIBED = 120
"""Characters of a notice's text that a crawler is told."""


@public
@require_safe
def place_page(request: HttpRequest, code: str = "", root: str = "public") -> HttpResponseBase:
    """What is on show at a place and below, and the way down and up the tree."""
    place = _place(code)
    try:
        asked = reading.Asked.read(request.GET, place=place)
        found = reading.page(asked, PAGE_SIZE, *reading.HEADS)
    except (reading.Wrong, BadCursor):
        told = {"title": _("请求有误"), "message": _("没有这样的查询条件。")}
        return page(request, "error", told, status=400)
    names = reading.names({place, *(row[3] for row in found.rows)})
    here = names.full(place)
    address = _address(root, place)
    context = {
        "title": _("%(place)s公告公示") % {"place": here},
        "description": _("%(place)s扶贫资金、项目和扶贫对象的公告公示") % {"place": here},
        "path": [(_address(root, step), names.full(step).split(" ")[-1]) for step in (*codes.ancestors(place), place)],
        "units": [(_address(root, unit.code), unit.name) for unit in reading.units_below(place)],
        "rows": [_head(row, names, root) for row in found.rows],
        "kinds": [
            {"label": kind.label, "url": f"{address}?kind={kind}", "current": asked.kinds == (kind,)} for kind in Kind
        ],
        "all_url": address,
        "all": not asked.kinds,
        "next": _turned(address, asked, after=found.after),
        "previous": _turned(address, asked, before=found.before),
        "canonical": address if not request.GET else request.get_full_path(),
        "other": _address("public" if root == "public-en" else "public-en", place),
        "on": today(),
    }
    return page(request, "place", context)


@public
@require_safe
def notice_page(request: HttpRequest, key: int, root: str = "public", template: str = "notice") -> HttpResponseBase:
    """One notice, as a page or as the poster of the same."""
    found = reading.notice(key)
    if found is None or request.GET:
        raise Http404
    names = reading.names({found.division_id})
    address = reverse(f"{root}-notice", args=[key])
    steps = (*codes.ancestors(found.division_id), found.division_id)
    context = {
        **notice_words(found),
        "title": found.title,
        "place": names.full(found.division_id),
        "description": " ".join(found.text.split())[:DESCRIBED] or found.title,
        "path": [(_address(root, step), names.full(step).split(" ")[-1]) for step in steps],
        "picture": picture(request.build_absolute_uri(reverse("public-notice", args=[key]))),
        "poster": reverse(f"{root}-poster", args=[key]),
        "canonical": address,
        "other": reverse(f"{'public' if root == 'public-en' else 'public-en'}-{template}", args=[key]),
    }
    return page(request, template, context)


def notice_words(found: Publication) -> dict[str, Any]:
    """What a page says of a notice beside its text."""
    over = found.ends_on is not None and found.ends_on < today()
    return {
        "notice": found,
        "kind": Kind(found.kind).label,
        "ways": listed(Way(way).label for way in found.ways),
        "sheet": sheet_of(found),
        "over": over,
    }


@public
@require_safe
def robots(request: HttpRequest) -> HttpResponseBase:
    """Crawlers read the public site and nothing else."""
    lines = ["User-agent: *", "Allow: /public/", "Disallow: /", ""]
    lines.append(f"Sitemap: {request.build_absolute_uri(reverse('public-sitemaps'))}")
    return kept(request, HttpResponse("\n".join([*lines, ""]), content_type="text/plain; charset=utf-8"))


@public
@require_safe
def sitemaps(request: HttpRequest) -> HttpResponseBase:
    """The index of the sitemaps."""
    firsts = (request.build_absolute_uri(reverse("public-sitemap", args=[first])) for first in reading.sitemaps())
    return _xml(request, "sitemapindex", "".join(f"<sitemap><loc>{escape(one)}</loc></sitemap>" for one in firsts))


@public
@require_safe
def sitemap(request: HttpRequest, first: int) -> HttpResponseBase:
    """The addresses of notices from a key on."""
    base = request.build_absolute_uri(reverse("public-notice", args=[0])).removesuffix("0/")
    urls = (
        f"<url><loc>{escape(base)}{key}/</loc><lastmod>{day.isoformat()}</lastmod></url>"
        for key, day in reading.sitemap(first)
    )
    return _xml(request, "urlset", "".join(urls))


def _xml(request: HttpRequest, name: str, inside: str) -> HttpResponseBase:
    text = f'<{name} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{inside}</{name}>'
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'
    return kept(request, HttpResponse(body, content_type="application/xml; charset=utf-8"))


def _place(code: str) -> int:
    """The unit that an address names; Http404 when there is none."""
    try:
        place = codes.parse(code) if code else codes.WHOLE_REGION
    except ValueError:
        raise Http404 from None
    if not reading.place(place):
        raise Http404
    return place


def _address(root: str, place: int) -> str:
    """The page of a place."""
    if place == codes.WHOLE_REGION:
        return reverse(root)
    return reverse(f"{root}-place", args=[codes.text(place)])


def _head(row: tuple[Any, ...], names: Any, root: str) -> dict[str, Any]:
    """A row of the list."""
    key, kind, title, division, _level, posted_on, ends_on = row[: len(reading.HEADS)]
    return {
        "url": reverse(f"{root}-notice", args=[key]),
        "title": title,
        "kind": Kind(kind).label,
        "place": names.full(division),
        "posted_on": posted_on,
        "ends_on": ends_on,
    }


def _turned(address: str, asked: reading.Asked, **cursor: str | None) -> str:
    """Another page of the same list; empty where there is none."""
    ((name, value),) = cursor.items()
    if value is None:
        return ""
    query = "".join(f"kind={kind}&" for kind in asked.kinds)
    return f"{address}?{query}{name}={value}"
