"""What a visit may be marked for, why it has no position, and what can become of a photo."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class NoPosition(TextChoices):
    """Why a phone sent no position."""

    DENIED = "denied", _("未授权定位")
    UNAVAILABLE = "unavailable", _("无法定位")


class Mark(TextChoices):
    """What somebody should look at. A mark is a question to a person and never a penalty."""

    FAR = "far", _("定位离户较远")
    CLOCK = "clock", _("手机时间异常")
    LATE = "late", _("超过48小时提交")
    UNPAIRED = "unpaired", _("提交时已不结对")
    LEFT = "left", _("户已不在册")
    TRAVEL = "travel", _("两次走访间隔过短")
    COPIED = "copied", _("内容与以往雷同")
    PHOTO_REPEATED = "photo_repeated", _("照片与其他走访重复")
    PHOTO_ELSEWHERE = "photo_elsewhere", _("照片拍摄地点较远")
    PHOTO_TIME = "photo_time", _("照片拍摄时间不符")


class PhotoState(TextChoices):
    """From its announcement to the picture that is kept."""

    RECEIVING = "receiving", _("上传中")
    WHOLE = "whole", _("已上传，待处理")
    DONE = "done", _("已保存")
    REFUSED = "refused", _("未接收")


class Refusal(TextChoices):
    """Why a photo was not kept."""

    NOT_A_PICTURE = "not_a_picture", _("不是照片，或文件已损坏")
    TOO_LARGE = "too_large", _("照片像素过多")
    OTHER_CONTENT = "other_content", _("内容与登记的校验值不一致")
    EXHAUSTED = "exhausted", _("处理照片所需的内存或时间超出允许范围")
    FORGOTTEN = "forgotten", _("上传中断超过30天")


LATE_AFTER = timedelta(hours=48)
"""A visit handed in later than this carries a mark (workflows §12)."""

CLOCK_TOLERANCE = timedelta(minutes=10)
FAR_METRES = 1000
"""From the household (crosschecks.md: sign-in distance)."""

FAR_FROM_VILLAGE_METRES = 5000
"""From the centre of the village, where the household has no position: villages are kilometres wide."""

TRAVEL_KMH, TRAVEL_LEAST_METRES = 120, 2000
"""Faster than this between two visits of one author; below the distance it is the error of positions."""

SIMILAR, SIMILAR_DAYS, SIMILAR_VISITS, SIMILAR_LEAST = 0.9, 90, 50, 10
"""Texts (of so many characters or more) with more trigrams in common; compared with so many visits of so many days."""

PHOTO_TIME_TOLERANCE = timedelta(hours=24)
SLOTS = 9
LONGEST_TEXT, LONGEST_NOTE = 20_000, 2_000
