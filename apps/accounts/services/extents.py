"""数据范围: the five names that officials know, as divisions at which a post's capabilities are granted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db.models import Q
from django.utils.translation import gettext as _

from apps.access import scope as scopes
from apps.access.models import Grant
from apps.accounts.models import Post
from apps.common.errors import ServiceError
from apps.common.wording import listed
from apps.divisions import codes
from apps.divisions.models import Division

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
        Post.Extent.ALL: [(codes.WHOLE_REGION, False)],
        Post.Extent.HERE: [(division, True)],
        Post.Extent.BELOW: [(division, False)],
        Post.Extent.SELF: [],
    }[Post.Extent(extent)]


def reaches_of(post: Post) -> list[Reach]:
    """Where a post gives its capabilities, as its holder sees it: whoever manages him may see but a part of it."""
    return by_post(post.user_id)[post.pk]


def by_post(user_id: int) -> defaultdict[int, list[Reach]]:
    """Where each post of an account gives its capabilities, by post. One query; nothing for posts that give none."""
    found: defaultdict[int, list[Reach]] = defaultdict(list)
    with scopes.acting(scopes.identity(user_id)):
        grants = Grant.objects.filter(user_id=user_id).order_by("post_id", "content_object_id", "exact")
        for post, division, exact in grants.values_list("post_id", "content_object_id", "exact").distinct():
            found[post].append((division, exact))
    return found


def ranges_of(found: Iterable[Reach]) -> list[scopes.Range]:
    """The ranges of codes that a post reaches."""
    return [scopes.range_of(division, exact=exact) for division, exact in found]


def in_words(post: Post, found: Sequence[Reach]) -> str:
    """What a post reaches, for people: the name of the range, the divisions, and how many they are with all below."""
    name = str(post.get_extent_display())
    if not found:
        return _("%(name)s：只限本人结对帮扶和共享的贫困户") % {"name": name}
    where = Q()
    for one in ranges_of(found):
        where |= Q(code__range=one)
    count = Division.objects.current().filter(where).count()
    places = Division.objects.filter(code__in=[code for code, _exact in found]).order_by("code")
    shown = listed(place.short_name for place in places[:5])
    if len(found) > 5:
        shown = _("%(names)s等") % {"names": shown}
    return _("%(name)s：%(places)s，共 %(count)d 个行政区划") % {"name": name, "places": shown, "count": count}
