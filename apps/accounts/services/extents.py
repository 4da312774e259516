"""数据范围: the five names that officials know, as divisions at which a post's capabilities are granted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from apps.access import scope as scopes
from apps.access.models import Grant
from apps.accounts.models import Post
from apps.common.errors import ServiceError
from apps.common.wording import listed
from apps.divisions import codes
from apps.divisions.models import Division

REGION = 150000000000
MOST = 50  # divisions that a post may name one by one

Reach = tuple[int, bool]
"""A division, and whether only what is placed at it (True) or also what lies below it is meant."""


def reaches(extent: str, division: int, chosen: Iterable[int] = ()) -> list[Reach]:
    """Where a post at `division` gives its capabilities: 全部 the region, 自定义 the chosen divisions below it, 本级
    the division itself, 本级及以下 its subtree, 仅本人 nowhere (pairings and shares alone).

    ServiceError when nothing or too much is chosen, or something that does not lie below the post's place.
    """
    picked = sorted(set(chosen))
    if extent == Post.Extent.CUSTOM:
        if not picked:
            raise ServiceError(_("请选择自定义范围的行政区划。"), field="chosen", code="required")
        if len(picked) > MOST:
            raise ServiceError(_("自定义范围最多选择 %(most)d 个行政区划。") % {"most": MOST}, field="chosen")
        if any(not codes.contains(division, code) for code in picked):
            raise ServiceError(_("自定义范围须在任职地之内。"), field="chosen")
        return [
            (code, False)
            for code in picked
            if not any(other != code and codes.contains(other, code) for other in picked)
        ]
    if picked:
        raise ServiceError(_("只有“自定义”范围才选择行政区划。"), field="chosen")
    return {
        Post.Extent.ALL: [(REGION, False)],
        Post.Extent.HERE: [(division, True)],
        Post.Extent.BELOW: [(division, False)],
        Post.Extent.SELF: [],
    }[Post.Extent(extent)]


def reaches_of(post: Post) -> list[Reach]:
    """Where a post gives its capabilities, as its holder sees it: whoever manages him may see but a part of it."""
    itself = scopes.identity(post.user_id)
    with scopes.activate(itself), transaction.atomic():
        grants = Grant.objects.visible_to(itself).filter(post_id=post.pk)
        return sorted(set(grants.values_list("content_object_id", "exact")))


def in_words(post: Post, found: Sequence[Reach] | None = None) -> str:
    """What a post reaches, for people: the name of the range, the divisions, and how many they are with all below."""
    found = reaches_of(post) if found is None else found
    name = str(post.get_extent_display())
    if not found:
        return _("%(name)s：只限本人结对帮扶和共享的贫困户") % {"name": name}
    where = Q()
    for code, exact in found:
        where |= Q(code__range=scopes.range_of(code, exact=exact))
    count = Division.objects.current().filter(where).count()
    places = Division.objects.filter(code__in=[code for code, _exact in found]).order_by("code")
    shown = listed(place.short_name for place in places[:5])
    if len(found) > 5:
        shown = _("%(names)s等") % {"names": shown}
    return _("%(name)s：%(places)s，共 %(count)d 个行政区划") % {"name": name, "places": shown, "count": count}
