"""Who looked at, took out or changed what. Values before and after a change are in the event tables of each model."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.access.models import PlacedModel

LONG_KEPT = ("export", "download", "share")
"""Actions whose records are kept three years: what left the platform, and to whom it was opened (PIPL 56)."""


class AccessLog(PlacedModel):
    """查阅记录: append-only and chained (`apps.history.chain`), written by `services.log_access` alone.

    Everybody sees his own, audit administrators those of their place. `division` is the place of what was acted on.
    """

    realm = "audit"
    own_lookup = "user_id"
    keeps_division = True  # part of what the chain vouches for

    class Action(models.TextChoices):
        VIEW = "view", _("查看")
        REVEAL = "reveal", _("查看个人信息")
        SEARCH = "search", _("查询")
        EXPORT = "export", _("导出")
        DOWNLOAD = "download", _("下载导出文件")
        PRINT = "print", _("打印")
        IMPORT = "import", _("导入")
        SIGN_IN = "sign_in", _("登录")
        SIGN_FAILED = "sign_fail", _("登录失败")
        LOCKED = "locked", _("登录锁定")
        SIGN_OUT = "sign_out", _("退出")
        GRANT = "grant", _("授予任职")
        WITHDRAW = "withdraw", _("结束任职")
        ACCOUNT = "account", _("变更账户")
        PARAMETER = "parameter", _("设置参数")
        BATCH = "batch", _("批量修改")
        SHARE = "share", _("共享")
        FACTOR = "factor", _("重置第二步验证")
        KEY = "key", _("安全密钥")
        SESSIONS = "sessions", _("结束会话")
        REFUSED = "refused", _("越权访问")

    class Result(models.TextChoices):
        DONE = "done", _("成功")
        REQUESTED = "requested", _("已申请")
        APPROVED = "approved", _("已批准")
        REFUSED = "refused", _("被拒绝")
        FAILED = "failed", _("失败")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
        null=True,
        verbose_name=_("账户"),
    )
    username = models.CharField(_("用户名"), max_length=60)
    post = models.CharField(_("任职"), max_length=200, default="")
    level = models.PositiveSmallIntegerField(_("层级"), null=True)
    at = models.DateTimeField(_("时间"))
    action = models.CharField(_("操作"), max_length=10, choices=Action)
    result = models.CharField(_("结果"), max_length=10, choices=Result, default=Result.DONE)
    object_kind = models.CharField(_("对象类型"), max_length=40, blank=True, default="")
    object_id = models.BigIntegerField(_("对象"), null=True)
    object_key = models.CharField(_("对象编码"), max_length=60, blank=True, default="")
    fields = ArrayField(models.CharField(max_length=40), verbose_name=_("字段"), default=list)
    rows = models.PositiveIntegerField(_("行数"), null=True)
    reason = models.CharField(_("理由"), max_length=500, blank=True, default="")
    address = models.GenericIPAddressField(_("网络地址"), null=True)
    device = models.CharField(_("设备"), max_length=200, default="")
    source = models.CharField(_("途径"), max_length=10, blank=True, default="")
    request_id = models.CharField(_("请求编号"), max_length=64, default="")

    chain = models.PositiveSmallIntegerField(_("链"))
    seq = models.BigIntegerField(_("链内序号"))
    previous = models.BinaryField(max_length=32)
    mac = models.BinaryField(max_length=32)
    key_id = models.CharField(max_length=32)

    class Meta:
        verbose_name = _("查阅记录")
        constraints = [models.UniqueConstraint(fields=["chain", "seq"], name="access_log_chain")]
        indexes = [
            models.Index(fields=["at", "id"], name="access_log_at"),
            models.Index(fields=["division", "at"], name="access_log_division"),
            models.Index(fields=["user", "at", "id"], name="access_log_user"),
            models.Index(fields=["username", "at", "id"], name="access_log_username"),
            models.Index(fields=["object_kind", "object_id", "at", "id"], name="access_log_object"),
            # Asked for by the beginning of a code, which an index serves only in this order of characters.
            models.Index(
                fields=["object_key", "at", "id"],
                name="access_log_object_key",
                opclasses=["varchar_pattern_ops", "timestamptz_ops", "int8_ops"],
            ),
            models.Index(fields=["action", "at", "id"], name="access_log_action"),
            models.Index(fields=["address", "at", "id"], name="access_log_address"),
        ]

    def __str__(self) -> str:
        return f"{self.username} {self.action} {self.at:%F %T}"


class AuditChain(models.Model):
    """The end of one chain. The database moves it on with each row (trigger); nobody writes it by hand."""

    number = models.PositiveSmallIntegerField(primary_key=True)
    seq = models.BigIntegerField(default=0)
    mac = models.BinaryField(max_length=32)

    class Meta:
        verbose_name = _("审计链")

    def __str__(self) -> str:
        return f"{self.number}:{self.seq}"


class AuditCheckpoint(models.Model):
    """Up to where a chain was purged, and what was kept of that part; authenticated like a row.

    `through` is the last number of the purged part, `mac` that row's; `kept` and `digest` say which rows remain there.
    """

    chain = models.PositiveSmallIntegerField()
    through = models.BigIntegerField()
    mac = models.BinaryField(max_length=32)
    kept = models.BigIntegerField()
    digest = models.BinaryField(max_length=32)
    purged = models.BigIntegerField()
    at = models.DateTimeField()
    key_id = models.CharField(max_length=32)
    seal = models.BinaryField(max_length=32)

    class Meta:
        verbose_name = _("审计检查点")
        indexes = [models.Index(fields=["chain", "-id"], name="audit_checkpoint_chain")]

    def __str__(self) -> str:
        return f"{self.chain}:{self.through}"
