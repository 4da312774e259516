"""Which contradictions between the register and what departments sent are planted, and how many of each."""

from __future__ import annotations

from dataclasses import dataclass

from apps.dashboards.demo import calibration as figures

HOUSEHOLDS_A_PLANT = 500
"""One contradiction of each kind for so many households."""


@dataclass(frozen=True, slots=True)
class Plant:
    """One kind of contradiction: the rule that must find it, whom it can be about, and why it is one."""

    rule: str
    about: str
    why: str
    kind: str = ""


PLANTS = (
    Plant("DC-01", "true", "户籍人口中没有该证件号码", "missing"),
    Plant("DC-01", "true", "同号户籍记录的姓名不同", "name"),
    Plant("DC-02", "true", "户口已注销"),
    Plant("DC-03", "birth_date < '1960-01-01'", "死亡注销", "PS-DE"),
    Plant("DC-03", "birth_date < '1960-01-01'", "火化登记", "CA-CR"),
    Plant("DC-04", "true", "户籍在其他旗县", "county"),
    Plant("DC-04", "true", "户口性质为非农业", "urban"),
    Plant("DC-05", "dibao", "登记低保，民政没有有效记录", "missing"),
    Plant("DC-05", "NOT dibao", "民政有低保记录，登记没有", "extra"),
    Plant("DC-06", "NOT tekun", "民政有特困供养记录，登记没有"),
    Plant("DC-07", "certified", "残联没有有效证件", "missing"),
    Plant("DC-07", "NOT certified", "残联有有效证件，登记没有", "extra"),
    Plant("DC-07", "disability_grade IS NOT NULL", "残疾等级不同", "grade"),
    Plant("DC-08", "true", "财政供养人员"),
    Plant("DC-09", "true", "名下有轿车"),
    Plant("DC-10", "true", "商品房网签", "HC-SP"),
    Plant("DC-10", "true", "住宅不动产", "NR-RE"),
    Plant("DC-11", "true", "公司股东"),
    Plant("DC-12", "true", "缴纳个人所得税"),
    Plant("DC-13", "division_id BETWEEN 150400000000 AND 150499999999", "缴存住房公积金"),
    Plant("DC-14", "birth_date < '1958-01-01'", "领取职工养老金"),
    Plant("DC-16", "of_age AND school_stage BETWEEN '03' AND '09'", "没有在读学籍", "missing"),
    Plant("DC-16", "of_age AND school_stage = '03'", "学籍学段不同", "stage"),
    Plant("DC-17", "medical_resident", "医保没有当年居民参保记录", "missing"),
    Plant("DC-17", "NOT medical_resident", "医保有居民参保记录，登记未参保", "extra"),
    Plant("DC-18", "health = '{01}'", "健康扶贫系统中有慢性病，登记健康", "extra"),
    Plant("DC-18", "health @> '{02}' AND NOT health @> '{03}'", "健康扶贫系统中没有慢性病", "missing"),
    Plant("DC-26", "relation = '01' AND heads = 1", "同户籍的子女未登记"),
    Plant("DC-27", "birth_date BETWEEN '1960-01-01' AND '1995-01-01'", "服刑期间"),
    Plant("TG-10", "health @> '{03}'", "患大病，当年没有救治记录"),
)


def each(scale: int) -> int:
    """Contradictions of each kind at 1 in `scale`, at least one."""
    return max(1, figures.at_scale(figures.HOUSEHOLDS, scale) // HOUSEHOLDS_A_PLANT)
