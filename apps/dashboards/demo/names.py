"""Invented names: Han surnames with given names of the time, Mongol names put together from their usual parts."""

from __future__ import annotations

import random
from itertools import accumulate

SURNAMES = tuple(
    "王李张刘陈杨赵孙周吴徐马朱胡郭何高林罗郑梁谢宋唐许邓韩冯曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石"
    "廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤刁邢庞樊兰殷施温牛葛辛管祁关柴党冀郎褚娄乔"
    "穆"
)
# The commonest come first and are drawn more often.
_SURNAMES_UP_TO = list(accumulate(1 / (place + 6) for place in range(len(SURNAMES))))

HUI = tuple("马马马丁白沙哈金杨穆海铁")
MANCHU = tuple("关佟富那赵白金何付郎张王")
KOREAN = tuple("金朴李崔郑姜全尹")
DAUR = tuple("敖鄂郭孟莫苏何吴单金沃杜")
EWENKI = tuple("杜涂那何敖戴柳萨索安")
OROQEN = tuple("关孟白葛何阿莫吴魏猛")
RUSSIAN = tuple("王李马孙曲于董")
MONGOL_HAN = tuple("包白王韩陈李张吴何金梁康齐佟海席唐赵宝孟")

_MALE_OLD = tuple("福财贵德才有振玉文广万永金宝殿凤树占国庆海山忠义喜生发祥林全堂臣和昌")
_MALE = tuple("军强伟建国志明平勇刚立新海东春晓峰龙涛利永成学文武波辉民华宏亮占杰祥")
_MALE_YOUNG = tuple("浩宇轩泽子涵博文俊杰鹏飞嘉晨阳旭天佳一鑫瑞皓铭思远睿航昊明哲")
_FEMALE_OLD = tuple("桂兰秀英玉珍凤芝淑琴素云荣花香梅芬翠莲金枝霞清华芳春月娥贤")
_FEMALE = tuple("丽艳红霞玲芳梅娟敏静秀华萍燕英晓春杰凤云琴娜淑波慧莉颖雪冬")
_FEMALE_YOUNG = tuple("雨欣思涵佳怡梦诗琪雅婷子萱紫悦可馨一诺晨曦语桐梓若彤静雯嘉慧")

_MONGOL_MALE = (
    "巴特尔", "苏和", "宝音", "朝鲁", "那日苏", "孟和", "额尔敦", "毕力格", "阿拉坦", "布和", "青格勒", "达来",
    "特木尔", "呼和", "吉日嘎拉", "白乙拉", "哈斯", "敖特根", "乌力吉", "赛音", "巴雅尔", "满都拉", "恩和",
    "道尔吉", "斯日古楞", "阿斯楞", "格日勒图", "莫日根", "都古尔", "阿木古楞", "照日格图", "查干", "新吉乐图",
    "哈达", "套格图", "萨仁满都", "傲日格勒", "达楞太", "宝力德", "胡格吉勒图", "那顺", "色音", "桑布", "丹巴",
    "嘎拉", "旺吉乐", "伊德日",
)  # fmt: skip
_MONGOL_MALE_ENDS = ("巴图", "朝克图", "巴雅尔", "吉雅", "乌力吉", "达来", "仓", "毕力格", "图", "夫")
_MONGOL_FEMALE = (
    "乌云", "其其格", "萨仁", "娜仁", "图雅", "高娃", "斯琴", "托娅", "阿茹娜", "格日勒", "敖登", "塔娜",
    "琪琪格", "萨日娜", "哈斯", "通拉嘎", "阿丽玛", "乌日娜", "金花", "诺敏", "苏日娜", "娜日苏", "阿拉腾",
    "其木格", "乌兰", "查娜", "宝勒尔", "恩克", "牡丹", "赛罕", "莲花", "玉英", "海棠", "索龙嘎", "那仁花",
    "乌尼尔", "珊丹",
)  # fmt: skip
_MONGOL_FEMALE_ENDS = ("其其格", "其木格", "高娃", "图雅", "托娅", "花", "格日勒", "塔娜", "娜", "琪琪格")

_OTHERS = {"03": HUI, "11": MANCHU, "10": KOREAN, "31": DAUR, "45": EWENKI, "52": OROQEN, "44": RUSSIAN}
_MONGOL = "02"


class Namer:
    """Draws names from one stream of chance."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance

    def surname(self, ethnicity: str) -> str:
        """A family name of the people; empty for a Mongol who has none."""
        if ethnicity == _MONGOL:
            return self._chance.choice(MONGOL_HAN) if self._chance.random() < 0.3 else ""
        if ethnicity in _OTHERS:
            return self._chance.choice(_OTHERS[ethnicity])
        return self._chance.choices(SURNAMES, cum_weights=_SURNAMES_UP_TO)[0]

    def full(self, surname: str, sex: str, born: int) -> str:
        """A name for sex 1 or 2 and a year of birth; without a surname a Mongol one."""
        return surname + self._given(sex, born) if surname else self._mongol(sex)

    def _given(self, sex: str, born: int) -> str:
        if sex == "1":
            parts = _MALE_OLD if born < 1958 else _MALE if born < 1995 else _MALE_YOUNG
        else:
            parts = _FEMALE_OLD if born < 1958 else _FEMALE if born < 1995 else _FEMALE_YOUNG
        first = self._chance.choice(parts)
        if self._chance.random() < 0.18:
            return first
        second = self._chance.choice(parts)
        return first + second

    def _mongol(self, sex: str) -> str:
        roots, ends = (_MONGOL_MALE, _MONGOL_MALE_ENDS) if sex == "1" else (_MONGOL_FEMALE, _MONGOL_FEMALE_ENDS)
        root = self._chance.choice(roots)
        kind = self._chance.random()
        if kind < 0.42:
            return root if len(root) > 1 else root + ends[0]
        if kind < 0.86:
            end = self._chance.choice(ends)
            return root + end if end not in root else root
        # The father's name first, as some write it.
        return f"{self._chance.choice(_MONGOL_MALE)}·{root}"


NATURAL_VILLAGES = tuple(
    place + kind
    for place in ("东", "西", "南", "北", "上", "下", "前", "后", "大", "小")
    for kind in ("营子", "沟", "湾", "井", "台", "洼", "梁", "窑子", "敖包", "甸子")
)
PASTURES = ("夏营地", "冬营地", "东敖包", "西敖包", "查干淖尔", "乌兰哈达", "巴彦敖包", "哈日图", "呼热图", "宝力高")
BANKS = ("农村信用社", "中国农业银行", "中国邮政储蓄银行", "农村商业银行", "中国建设银行")
EMPLOYERS = (
    "建筑工地", "餐饮门店", "家政服务", "养殖合作社", "种植合作社", "物流货运", "商贸超市", "砖瓦厂", "牧场",
    "绿化工程队", "煤矿后勤", "乳品加工厂", "肉食品加工厂", "服装加工点", "旅游点",
)  # fmt: skip
PUBLIC_JOBS = ("保洁员", "护路员", "互助养老护理员", "村级信息员")
RANGERS = ("生态护林员", "草原管护员")
