"""The usual negative list of poverty money: four aspects, 20 entries (seed 000; the wording follows article 10 of the
measures on central poverty funds, 财农〔2017〕8号). The region changes it as it likes."""

from __future__ import annotations

from typing import NamedTuple

from apps.funds.project_choices import Aspect


class Entry(NamedTuple):
    """An entry: its aspect, what is forbidden, and the words that point to it, separated by 、."""

    aspect: Aspect
    name: str
    words: str


ENTRIES: tuple[Entry, ...] = (
    Entry(Aspect.OFFICE, "行政事业单位基本支出", "办公经费、工作经费、人员工资"),
    Entry(Aspect.OFFICE, "购置公务交通工具", "公务用车、小轿车、越野车"),
    Entry(Aspect.OFFICE, "购置办公和通讯设备", "办公设备、办公家具、手机、电脑"),
    Entry(Aspect.OFFICE, "公务接待、会议和外出考察", "公务接待、会议费、考察费、差旅费"),
    Entry(Aspect.OFFICE, "办公用房修缮装修", "办公楼、办公用房、办公室装修"),
    Entry(Aspect.WELFARE, "各种奖金和津贴补贴", "奖金、津贴"),
    Entry(Aspect.WELFARE, "职工福利补助", "职工福利、福利补助"),
    Entry(Aspect.WELFARE, "村干部报酬", "村干部报酬、村干部工资"),
    Entry(Aspect.WELFARE, "慰问金和节日发放", "慰问金、慰问品、过节费"),
    Entry(Aspect.WELFARE, "评比表彰奖励", "表彰、评比"),
    Entry(Aspect.BUILDING, "修建楼堂馆所", "楼堂馆所、宾馆、招待所、培训中心"),
    Entry(Aspect.BUILDING, "修建职工住宅", "职工住宅、职工宿舍"),
    Entry(Aspect.BUILDING, "城市基础设施建设", "城市道路、市政、城区改造"),
    Entry(Aspect.BUILDING, "大中型基本建设项目", "大型水库、高速公路、铁路"),
    Entry(Aspect.BUILDING, "景观、亮化和形象工程", "景观、亮化、雕塑、牌楼、文化墙"),
    Entry(Aspect.FINANCE, "弥补企业亏损", "企业亏损、弥补亏损"),
    Entry(Aspect.FINANCE, "弥补预算支出缺口", "预算缺口、支出缺口"),
    Entry(Aspect.FINANCE, "偿还债务", "偿还、还债、还贷、化解债务"),
    Entry(Aspect.FINANCE, "投资理财和对外借款", "理财、股票、对外借款、担保金"),
    Entry(Aspect.FINANCE, "城市扶贫和其他与脱贫攻坚无关的支出", "城市扶贫、城镇低保"),
)
