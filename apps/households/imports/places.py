"""From the names of the five levels in a row to the village's code."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from apps.access.scope import Scope
from apps.divisions import codes
from apps.divisions.models import Division
from apps.pages.imports.cells import clean

HEADERS = {
    codes.REGION: "省(区、市)",
    codes.LEAGUE: "盟(市)",
    codes.COUNTY: "旗(县、市、区)",
    codes.TOWNSHIP: "苏木(乡镇)",
    codes.VILLAGE: "嘎查(村)",
}
CAPABILITY = "import_register"

Names = tuple[str, str, str, str, str]


@dataclass(frozen=True)
class Place:
    """A village, or the header and message of what is wrong with the names."""

    village: int | None
    header: str = ""
    message: str = ""


@dataclass
class Places:
    """All divisions by name under their parent, read once; answers are remembered."""

    scope: Scope
    _below: dict[tuple[int, str], set[int]] = field(default_factory=dict)
    _level: dict[tuple[int, str], set[int]] = field(default_factory=dict)
    _known: dict[Names, Place] = field(default_factory=dict)

    @classmethod
    def of(cls, scope: Scope) -> Places:
        """The tree as it stands; units that ended or hold no people are no places for a household."""
        found = cls(scope)
        rows = Division.objects.filter(ended_on=None, is_virtual=False)
        for code, parent, level, name, short in rows.values_list("code", "parent_id", "level", "name", "short_name"):
            for written in {_key(name), _key(short)}:
                found._below.setdefault((parent or 0, written), set()).add(code)
                found._level.setdefault((level, written), set()).add(code)
        return found

    def resolve(self, names: Names) -> Place:
        """The village that these names (region, league, county, township, village) mean, within the user's scope."""
        known = self._known.get(names)
        if known is None:
            known = self._known[names] = self._resolve(names)
        return known

    def _resolve(self, names: Names) -> Place:
        candidates: set[int] | None = None
        for level, name in zip(codes.LEVELS, names, strict=True):
            if not name and level in (codes.REGION, codes.LEAGUE):
                continue  # the county tells them
            if not name:
                return Place(None, HEADERS[level], _("必填项为空。"))
            found = self._at(level, name, candidates)
            if not found:
                return Place(None, HEADERS[level], self._missing(level, name, names))
            candidates = found
        if candidates is None or len(candidates) != 1:
            return Place(None, HEADERS[codes.VILLAGE], _("有同名的单位，请写全上级名称。"))
        (village,) = candidates
        if not self.scope.allows(CAPABILITY, village):
            return Place(None, HEADERS[codes.VILLAGE], _("不在您的管理范围。"))
        return Place(village)

    def _at(self, level: int, name: str, above: set[int] | None) -> set[int]:
        if above is None:
            return self._level.get((level, _key(name)), set())
        if level == codes.COUNTY and any(codes.level(code) == codes.REGION for code in above):
            return self._level.get((level, _key(name)), set())
        return set().union(*(self._below.get((code, _key(name)), set()) for code in above))

    def _missing(self, level: int, name: str, names: Iterable[str]) -> str:
        above = [one for one in list(names)[: level - 1] if one]
        if level == codes.REGION or not above:
            return _("没有“%(name)s”这个单位。") % {"name": name[:30]}
        return _("“%(above)s”下没有“%(name)s”。") % {"above": above[-1][:30], "name": name[:30]}


def _key(name: str) -> str:
    return clean(name).replace(" ", "")
