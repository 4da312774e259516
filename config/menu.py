"""The left menu: groups of entries, each naming the list it opens. Who cannot see such rows misses the entry."""

from django.utils.translation import gettext_lazy as _

from apps.pages.menu import Entry, Group

MENU = [
    Group(
        _("建档立卡"),
        [
            Entry(_("行政区划"), "division", "division-list"),
        ],
    ),
]
