"""The words of complaints (信访举报, workflows.md §11): what they are about, how they come, and how they end."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Kind(TextChoices):
    """What is complained about: what 12317 accepts, and the rest."""

    FUNDS = "funds", _("扶贫资金管理使用")
    PROJECTS = "projects", _("扶贫项目")
    MISUSE = "misuse", _("贪污挪用、侵占截留")
    POLICY = "policy", _("违反政策规定")
    IDENTIFICATION = "identification", _("贫困识别和退出")
    OTHER = "other", _("其他")


class Channel(TextChoices):
    """How it came (R-193, R-194, R-202)."""

    PHONE = "phone", _("12317电话")
    LETTER = "letter", _("来信")
    VISIT = "visit", _("来访")
    SITE = "site", _("公众网站")
    TRANSFER = "transfer", _("外单位转来")


class Body(TextChoices):
    """With whom leads are exchanged in both directions (R-195)."""

    DISCIPLINE = "discipline", _("纪检监察机关")
    PETITION = "petition", _("信访局")


class State(TextChoices):
    """Where a complaint is on its way."""

    RECEIVED = "received", _("待登记")
    REGISTERED = "registered", _("待受理")
    NOT_ACCEPTED = "not_accepted", _("不予受理")
    ACCEPTED = "accepted", _("已受理")
    ASSIGNED = "assigned", _("已交办")
    INVESTIGATING = "investigating", _("调查中")
    TRANSFERRED = "transferred", _("已移送")
    RETURNED = "result_returned", _("结果已反馈")
    ANSWERED = "answered", _("已答复")
    FEEDBACK = "feedback", _("已回访")
    CLOSED = "closed", _("已办结")


ENTERED = (State.RECEIVED, State.REGISTERED)
AT_WORK = (State.ACCEPTED, State.ASSIGNED, State.INVESTIGATING, State.TRANSFERRED, State.RETURNED)
OPEN = (*ENTERED, *AT_WORK, State.ANSWERED, State.FEEDBACK)
DUE = (*ENTERED, *AT_WORK)
"""States in which a deadline runs."""


class Result(TextChoices):
    """The five ways of handling (R-197, seed 003: 五类办理方式)."""

    CORRUPTION = "corruption", _("腐败问题深挖细查")
    CONDUCT = "conduct", _("作风问题重点整治")
    DUTY = "duty", _("责任问题压实到人")
    DEMAND = "demand", _("诉求问题妥善解决")
    FALSE_CHARGE = "false_charge", _("诬告误告问题查清澄清")


class Satisfaction(TextChoices):
    """What the complainant says of the answer."""

    SATISFIED = "satisfied", _("满意")
    UNSATISFIED = "unsatisfied", _("不满意")
    UNREACHED = "unreached", _("无法回访")


class Light(TextChoices):
    """How urgent the next step is."""

    RED = "red", _("逾期")
    YELLOW = "yellow", _("将到期")
    GREEN = "green", _("正常")


REGISTER_DAYS, ACCEPT_DAYS, ANSWER_DAYS = 1, 3, 15
"""Deadlines (workflows.md §11, N8): working days from receipt until registered and until accepted or not; days from
acceptance until answered."""
SOON_DAYS = 2
"""A complaint turns yellow this many days before its next step is due."""
