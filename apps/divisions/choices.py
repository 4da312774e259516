"""Kinds of units and tiers of poverty counties."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Level(models.IntegerChoices):
    """The five administrative levels."""

    REGION = 1, _("自治区")
    LEAGUE = 2, _("盟市")
    COUNTY = 3, _("旗县市区")
    TOWNSHIP = 4, _("苏木乡镇街道")
    VILLAGE = 5, _("嘎查村社区")


class Kind(models.TextChoices):
    """What a unit is, told by its code part and, where the code part holds several kinds, by its name."""

    REGION = "region", _("自治区")
    CITY = "city", _("地级市")
    LEAGUE = "league", _("盟")
    DISTRICT = "district", _("市辖区")
    COUNTY = "county", _("县")
    BANNER = "banner", _("旗")
    AUTONOMOUS_BANNER = "autonomous_banner", _("自治旗")
    COUNTY_CITY = "county_city", _("县级市")
    ZONE = "zone", _("开发区")
    SUBDISTRICT = "subdistrict", _("街道")
    TOWN = "town", _("镇")
    TOWNSHIP = "township", _("乡")
    ETHNIC_TOWNSHIP = "ethnic_township", _("民族乡")
    SUMU = "sumu", _("苏木")
    TOWNSHIP_LIKE = "township_like", _("类似乡级单位")
    RESIDENTS = "residents", _("居委会")
    VILLAGERS = "villagers", _("嘎查村委会")
    RESIDENTS_LIKE = "residents_like", _("类似居委会")
    VILLAGERS_LIKE = "villagers_like", _("类似村委会")


class PovertyTier(models.TextChoices):
    """Tier of a poverty county; empty for a county on neither list."""

    NATIONAL = "national", _("国家级贫困县")
    REGIONAL = "regional", _("自治区级贫困县")
