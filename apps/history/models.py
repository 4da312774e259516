"""Who looked at, took out or printed personal data. Changes themselves are in the event tables of each model."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.access.models import PlacedModel


class AccessLog(PlacedModel):
    """查阅记录: append-only; everybody writes and sees his own, audit administrators see those of their place."""

    realm = "audit"
    own_lookup = "user_id"

    class Action(models.TextChoices):
        REVEAL = "reveal", _("查看个人信息")
        EXPORT = "export", _("导出")
        PRINT = "print", _("打印")
        SEARCH = "search", _("按证件号码查询")
        IMPORT = "import", _("导入")
        SIGN_IN = "sign_in", _("登录")
        SIGN_OUT = "sign_out", _("退出")
        SHARE = "share", _("共享")
        FACTOR = "factor", _("重置动态口令")
        SESSIONS = "sessions", _("结束会话")
        REFUSED = "refused", _("越权访问")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        db_constraint=False,
        verbose_name=_("账户"),
    )
    username = models.CharField(_("用户名"), max_length=60)
    at = models.DateTimeField(_("时间"), auto_now_add=True)
    action = models.CharField(_("操作"), max_length=10, choices=Action)
    object_kind = models.CharField(_("对象类型"), max_length=40, blank=True, default="")
    object_id = models.BigIntegerField(_("对象"), null=True)
    fields = ArrayField(models.CharField(max_length=40), verbose_name=_("字段"), default=list)
    rows = models.PositiveIntegerField(_("行数"), null=True)
    reason = models.CharField(_("理由"), max_length=500, blank=True, default="")
    address = models.GenericIPAddressField(_("网络地址"), null=True)
    source = models.CharField(_("途径"), max_length=10, blank=True, default="")

    class Meta:
        verbose_name = _("查阅记录")
        indexes = [
            models.Index(fields=["division", "-id"], name="access_log_division"),
            models.Index(fields=["user", "-id"], name="access_log_user"),
            models.Index(fields=["object_kind", "object_id", "-id"], name="access_log_object"),
        ]

    def __str__(self) -> str:
        return f"{self.username} {self.action} {self.at:%F %T}"
