"""What a unit is and how its name is shown, told from its code and its full name. Pure functions.

The names of the statistics list end in forty different ways (…嘎查村民委员会, …村委会, …社区居委会) and some repeat the
whole address. The kind of a unit therefore comes from its code part; the name only decides where one code part holds
several kinds (旗 or 县, 乡 or 苏木).
"""

import re
from collections.abc import Sequence

from apps.divisions import codes
from apps.divisions.choices import Kind

_REGION_SHORT = re.compile(r"(壮族|回族|维吾尔)?自治区$")
_VIRTUAL = "虚拟"

_COUNTY_ENDINGS = (
    (re.compile(r"(?:达斡尔族|族)?自治旗$"), "旗"),
    (re.compile(r"管理区管委会$"), "管理区"),
    (re.compile(r"^(?:内蒙古)?(.+)高新技术产业开发区$"), r"\1高新区"),
    (re.compile(r"经济技术开发区$"), "经开区"),
)
_TOWNSHIP_ENDINGS = (
    (re.compile(r"^人民政府"), ""),
    (re.compile(r"(?<=[农牧渔]场)(?:农牧业发展)?(?:有限责任公司|有限公司)$"), ""),
    (re.compile(r"街道办事处$"), "街道"),
)
_VILLAGE_ENDINGS = (
    (re.compile(r"嘎查(?:嘎查|村)?(?:人民|村民)?(?:委员会|委会)?$"), "嘎查"),
    (re.compile(r"社区(?:居民|村民|居|村)?(?:委员会|委会)$"), "社区"),
    (re.compile(r"村?(?:村民|村)(?:委员会|委会|委)$"), "村"),
    (re.compile(r"居民(?:委员会|委会)$"), "居委会"),
)
_TELLS_NOTHING = re.compile(r"(?:经济|高新技术|工业园|生态示范|管理).*区$|直属.*|虚拟.*|社区.*|生活区")


def kind_of(code: int, name: str) -> Kind:
    """Kind of a unit. `ValueError` for a number that is no code or a code part outside the national scheme."""
    level = codes.level(code)
    if level == codes.REGION:
        return Kind.REGION
    if level == codes.LEAGUE:
        return Kind.CITY if code // 10**8 % 100 <= 20 else Kind.LEAGUE
    if level == codes.COUNTY:
        return _county_kind(code, name)
    if level == codes.TOWNSHIP:
        return _township_kind(code // 10**3 % 1000, name)
    return _village_kind(code % 1000)


def _county_kind(code: int, name: str) -> Kind:
    part = code // 10**6 % 100
    if part <= 20:
        # A city's low numbers are its districts; a league has none, its low numbers are county-level cities.
        return Kind.DISTRICT if code // 10**8 % 100 <= 20 else Kind.COUNTY_CITY
    if 71 <= part <= 80:
        return Kind.ZONE
    if part > 80:
        return Kind.COUNTY_CITY
    if name.endswith("自治旗"):
        return Kind.AUTONOMOUS_BANNER
    return Kind.BANNER if name.endswith("旗") else Kind.COUNTY


def _township_kind(part: int, name: str) -> Kind:
    if part < 100:
        return Kind.SUBDISTRICT
    if part < 200:
        return Kind.TOWN
    if part < 400:
        if name.endswith("苏木"):
            return Kind.SUMU
        return Kind.ETHNIC_TOWNSHIP if name.endswith("族乡") else Kind.TOWNSHIP
    if part < 600:
        return Kind.TOWNSHIP_LIKE
    raise ValueError(f"no kind of township has the code part {part}")


def _village_kind(part: int) -> Kind:
    if part < 200:
        return Kind.RESIDENTS
    if part < 400:
        return Kind.VILLAGERS
    if part < 500:
        return Kind.RESIDENTS_LIKE
    if part < 600:
        return Kind.VILLAGERS_LIKE
    raise ValueError(f"no kind of village has the code part {part}")


def is_virtual(name: str) -> bool:
    """A statistics-only community without people (开发区虚拟社区)."""
    return _VIRTUAL in name


def sort_key(code: int) -> int:
    """Tree order: the code, but a zone and all below it after the real counties of its league."""
    if codes.level(code) >= codes.COUNTY and 71 <= code // 10**6 % 100 <= 80:
        # County numbers end at 99 and no league has a county above 90: 72 becomes 92.
        return code + 20 * codes.SPAN[codes.COUNTY]
    return code


def short_name(code: int, name: str, above: Sequence[str] = ()) -> str:
    """The name people use: without the address it repeats and without the committee's title.

    `above` are the full names of the units above, top down.
    """
    level = codes.level(code)
    if level == codes.REGION:
        return _REGION_SHORT.sub("", name)
    if level == codes.LEAGUE:
        return name
    endings = {codes.COUNTY: _COUNTY_ENDINGS, codes.TOWNSHIP: _TOWNSHIP_ENDINGS}.get(level, _VILLAGE_ENDINGS)
    shown = name if level == codes.COUNTY else _without_address(name, above)
    for ending, instead in endings:
        shorter = ending.sub(instead, shown)
        if shorter != shown:
            return shorter
    return shown


def _without_address(name: str, above: Sequence[str]) -> str:
    """The name without the units above that it repeats, unless what remains would tell nothing."""
    *upper, township = above if len(above) == codes.TOWNSHIP else (*above, "")
    rest = name
    for unit in upper:
        rest = rest.removeprefix(unit)
    if rest != name:
        # Only a full address repeats the township; 大林镇中心社区 is a name.
        rest = rest.removeprefix(township)
    return name if len(rest) < 4 or _TELLS_NOTHING.fullmatch(rest) else rest
