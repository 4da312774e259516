"""What the projects of the demonstration are: what each kind says of itself and costs."""

from __future__ import annotations

from typing import NamedTuple


class Idea(NamedTuple):
    """What a project of a kind says, and what it costs a household, in yuan."""

    kind: str
    mode: str
    name: str
    scale: str
    target: str
    mechanism: str
    cost: int


IDEAS = (
    Idea(
        "industry", "menu", "肉牛养殖", "购置基础母牛{n}头，新建棚圈", "户均增收3500元", "户购户养，企业保底回收", 12000
    ),
    Idea("industry", "self_built", "肉羊养殖", "购置基础母羊{n}只", "户均增收2800元", "自建直补，验收后补到户", 8000),
    Idea(
        "water",
        "direct",
        "饮水安全巩固提升",
        "打机电井1眼，铺设管线{n}百米",
        "户户通自来水",
        "集中供水，全村受益",
        9000,
    ),
    Idea(
        "pv",
        "asset_income",
        "村级光伏电站",
        "建设光伏电站{n}千瓦",
        "户均年收益3000元",
        "收益归村集体，按公益岗位分配",
        15000,
    ),
    Idea(
        "beijing",
        "leading_firm",
        "京蒙协作绿色农产品基地",
        "建设大棚{n}座",
        "带动就业和分红",
        "企业租用，按股分红",
        20000,
    ),
    Idea("road", "work", "通村硬化路", "硬化街巷道路{n}百米", "解决出行难", "以工代赈，优先用贫困劳动力", 11000),
    Idea(
        "collective",
        "built_first",
        "村集体经济加工点",
        "建设加工车间{n}平方米",
        "村集体年收入5万元",
        "收益二次分配",
        10000,
    ),
    Idea("training", "award", "实用技能班", "开办刺绣、家政技能班{n}期", "每户掌握一项技能", "按结业人数奖补", 2500),
)
DWELLING = Idea(
    "dwelling", "self_built", "危土房改造", "拆除重建危土房{n}户", "住上安全住房", "自建直补，验收后补到户", 20000
)
"""Of one village alone: its money is paid to the households themselves."""
