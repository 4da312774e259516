"""Kinds, short names and order of units."""

from collections import Counter

import pytest

from apps.divisions import codes, names
from apps.divisions.choices import Kind
from tests.factories.divisions import every_unit

UNITS = every_unit()


def test_every_unit_has_the_kind_its_code_part_says():
    assert Counter(unit.kind for unit in UNITS) == {
        "region": 1,
        "city": 9,
        "league": 3,
        "district": 23,
        "county": 17,
        "banner": 49,
        "autonomous_banner": 3,
        "county_city": 11,
        "zone": 5,
        "subdistrict": 243,
        "town": 509,
        "township": 99,
        "ethnic_township": 17,
        "sumu": 154,
        "township_like": 203,
        "residents": 2793,
        "villagers": 11112,
        "residents_like": 173,
        "villagers_like": 514,
    }


@pytest.mark.parametrize(
    ("code", "name", "kind"),
    [
        (150400000000, "赤峰市", Kind.CITY),
        (152200000000, "兴安盟", Kind.LEAGUE),
        (150102000000, "新城区", Kind.DISTRICT),
        (152201000000, "乌兰浩特市", Kind.COUNTY_CITY),
        (150781000000, "满洲里市", Kind.COUNTY_CITY),
        (152502000000, "锡林浩特市", Kind.COUNTY_CITY),
        (150722000000, "莫力达瓦达斡尔族自治旗", Kind.AUTONOMOUS_BANNER),
        (150422000000, "巴林左旗", Kind.BANNER),
        (150423000000, "林西县", Kind.COUNTY),
        (152571000000, "乌拉盖管理区管委会", Kind.ZONE),
        (150422099000, "某街道", Kind.SUBDISTRICT),
        (150422100000, "某镇", Kind.TOWN),
        (150422199000, "某镇", Kind.TOWN),
        (150422200000, "某乡", Kind.TOWNSHIP),
        (150422399000, "某苏木", Kind.SUMU),
        (150724200000, "鄂温克民族苏木", Kind.SUMU),
        (150922202000, "民族团结乡", Kind.TOWNSHIP),
        (150421203000, "满族乡", Kind.ETHNIC_TOWNSHIP),
        (150422400000, "某牧场", Kind.TOWNSHIP_LIKE),
        (150422599000, "某监狱", Kind.TOWNSHIP_LIKE),
        (150422100199, "某居委会", Kind.RESIDENTS),
        (150422100200, "某村委会", Kind.VILLAGERS),
        (150422100399, "某嘎查", Kind.VILLAGERS),
        (150422100400, "某生活区", Kind.RESIDENTS_LIKE),
        (150422100599, "某队", Kind.VILLAGERS_LIKE),
    ],
)
def test_kind(code, name, kind):
    assert names.kind_of(code, name) == kind


@pytest.mark.parametrize("code", [150422600000, 150422999000, 150422100600, 150422100999])
def test_code_part_outside_the_scheme(code):
    with pytest.raises(ValueError, match="has the code part"):
        names.kind_of(code, "某地")


ABOVE = ("内蒙古自治区", "鄂尔多斯市", "伊金霍洛旗", "阿勒腾席热镇")


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("后罗家营村民委员会", "后罗家营村"),
        ("红旗村村民委员会", "红旗村"),
        ("幸福村村委会", "幸福村"),
        ("大塔村委会", "大塔村"),
        ("西营子村委", "西营子村"),
        ("巨力河村村民委会", "巨力河村"),
        ("新村村委会", "新村"),
        ("一村", "一村"),
        ("巴音温都尔嘎查村民委员会", "巴音温都尔嘎查"),
        ("巴音哈拉嘎查村", "巴音哈拉嘎查"),
        ("梅林营子嘎查委员会", "梅林营子嘎查"),
        ("斯布扣嘎查村委员会", "斯布扣嘎查"),
        ("查干居日河嘎查人民委员会", "查干居日河嘎查"),
        ("兴华嘎查委会", "兴华嘎查"),
        ("散达嘎嘎查", "散达嘎嘎查"),
        ("公主府社区居委会", "公主府社区"),
        ("青山社区居民委员会", "青山社区"),
        ("万达社区委员会", "万达社区"),
        ("佳兰社区居民委会", "佳兰社区"),
        ("水岸社区", "水岸社区"),
        ("民航北居民委员会", "民航北居委会"),
        ("金龙居委会", "金龙居委会"),
        ("第五生产队居民委员会", "第五生产队居委会"),
        ("一农场生活区", "一农场生活区"),
        ("内蒙古自治区鄂尔多斯市伊金霍洛旗阿勒腾席热镇文澜社区居民委员会", "文澜社区"),
        ("伊金霍洛旗国有林场生活区", "国有林场生活区"),
        ("阿勒腾席热镇直属社区", "阿勒腾席热镇直属社区"),
        ("伊金霍洛旗社区居委会", "伊金霍洛旗社区"),
    ],
)
def test_short_name_of_a_village(name, short):
    assert names.short_name(150627100200, name, ABOVE) == short


@pytest.mark.parametrize(
    ("code", "name", "short"),
    [
        (150000000000, "内蒙古自治区", "内蒙古"),
        (150400000000, "赤峰市", "赤峰市"),
        (150422000000, "巴林左旗", "巴林左旗"),
        (150722000000, "莫力达瓦达斡尔族自治旗", "莫力达瓦旗"),
        (150723000000, "鄂伦春自治旗", "鄂伦春旗"),
        (150724000000, "鄂温克族自治旗", "鄂温克旗"),
        (150172000000, "呼和浩特经济技术开发区", "呼和浩特经开区"),
        (150271000000, "包头稀土高新技术产业开发区", "包头稀土高新区"),
        (152571000000, "乌拉盖管理区管委会", "乌拉盖管理区"),
        (152971000000, "内蒙古阿拉善高新技术产业开发区", "阿拉善高新区"),
    ],
)
def test_short_name_of_upper_levels(code, name, short):
    assert names.short_name(code, name) == short


def test_short_name_of_a_township():
    above = ("内蒙古自治区", "赤峰市", "敖汉旗")
    assert names.short_name(150430001000, "敖汉旗人民政府新州街道", above) == "新州街道"
    assert names.short_name(150430400000, "敖汉旗工业园区", above) == "敖汉旗工业园区"
    above = ("内蒙古自治区", "巴彦淖尔市", "磴口县")
    assert names.short_name(150822400000, "磴口县农垦乌兰布和农场有限责任公司", above) == "农垦乌兰布和农场"
    assert names.short_name(150822401000, "巴彦淖尔市狼山农场农牧业发展有限公司", above) == "狼山农场"
    assert names.short_name(150822402000, "巴彦淖尔市临农农牧业发展有限公司", above) == "临农农牧业发展有限公司"


def test_short_names_tell_siblings_apart_and_are_short():
    among = Counter((unit.parent_id, unit.short_name) for unit in UNITS)
    assert max(among.values()) == 1
    assert all(unit.short_name for unit in UNITS)
    inhabited = [unit for unit in UNITS if not unit.is_virtual]
    villages = [len(unit.short_name) for unit in inhabited if unit.level == codes.VILLAGE]
    assert sum(1 for length in villages if length > 10) < 100


def test_virtual_villages():
    virtual = [unit for unit in UNITS if unit.is_virtual]
    assert len(virtual) == 91
    assert {unit.level for unit in virtual} == {codes.VILLAGE}


def test_tree_order_puts_zones_after_the_counties_of_their_league():
    ordered = sorted(UNITS, key=lambda unit: unit.sort_key)
    assert len({unit.sort_key for unit in UNITS}) == len(UNITS)
    hohhot = [unit.code for unit in ordered if unit.parent_id == 150100000000]
    assert hohhot[-1] == 150172000000
    assert hohhot[:-1] == sorted(hohhot[:-1])
    place = {unit.code: index for index, unit in enumerate(ordered)}
    for unit in UNITS:
        if unit.parent_id:
            assert place[unit.parent_id] < place[unit.code]
    zone = [place[unit.code] for unit in UNITS if codes.contains(150172000000, unit.code)]
    assert max(zone) - min(zone) == len(zone) - 1
