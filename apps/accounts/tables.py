"""Accounts, posts, and the log of who looked at what: the lists of the security and the audit administrators."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Exists, Model, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.accounts import filters, forms, lockout, services
from apps.accounts.models import Post, Reset, User
from apps.accounts.roles import ROLES
from apps.common.wording import listed
from apps.history.models import AccessLog
from apps.pages.columns import Column
from apps.pages.kinds import BOOL, IDENTIFIER, MOMENT, NUMBER, PLACE, Choice, Kind, State
from apps.pages.resources import Related, Resource, Section


class Roles(Kind):
    """One role or several: their names for people, their keys in JSON."""

    width = 24

    def __init__(self, *, many: bool = False) -> None:
        one = {"type": "string", "enum": list(ROLES)}
        self.schema: Mapping[str, Any] = {"type": "array", "items": one} if many else one

    def text(self, value: str | list[str]) -> str:
        names = value if isinstance(value, list) else [value]
        return listed(ROLES[name].label if name in ROLES else name for name in names)


class Words(Kind):
    """A list of short texts."""

    width = 24
    schema = {"type": "array", "items": {"type": "string"}}

    def text(self, value: list[str]) -> str:
        return listed(value)


RESULT_COLOURS = {"requested": "yellow", "approved": "green", "refused": "red", "failed": "red"}
RESET_COLOURS = {"asked": "yellow", "done": "green", "withdrawn": "red", "lapsed": "red"}
ROW_ID = Column("id", _("编号"), source="pk", kind=IDENTIFIER, default=False)


class PostResource(Resource):
    """任职."""

    name = "post"
    model = Post
    label = pgettext_lazy("列表", "任职")
    filters = filters.PostFilters
    form = forms.PostForm
    title = "user__name"
    icon = "post"
    empty = _("没有符合条件的任职。任职在账户的页面上添加。")
    columns = (
        Column("holder", _("姓名"), source="user__name"),
        Column("user", _("账户"), source="user_id", kind=IDENTIFIER, default=False),
        Column("username", _("用户名"), source="user__username", link="user", link_source="user_id"),
        Column("role", _("角色"), source="role__name", kind=Roles()),
        Column("division", _("任职地"), source="division_id", kind=PLACE),
        Column("valid_from", _("开始时间"), kind=MOMENT),
        Column("valid_until", _("结束时间"), kind=MOMENT),
        Column("appointed_by", _("任命人"), source="appointer", default=False),
        Column("extent", _("数据范围"), kind=Choice(Post.Extent)),
        Column("acting_for", _("代理的任职"), source="acting_for_id", kind=IDENTIFIER, default=False),
        Column("acting_for_name", _("被代理人"), default=False),
        Column("reason", _("说明"), default=False),
        ROW_ID,
    )
    sections = (
        Section(
            _("任职"),
            (
                *("holder", "username", "role", "division", "extent", "valid_from", "valid_until"),
                *("acting_for_name", "appointed_by", "reason"),
            ),
        ),
    )

    @classmethod
    def rows(cls, user: Any) -> QuerySet[Any]:
        """Visible posts of visible accounts: a post says nothing to whoever may not know whose it is."""
        holders = User.objects.visible_to(user).filter(pk=OuterRef("user_id"))
        posts = super().rows(user).filter(Exists(holders))
        return posts.annotate(appointer=User.objects.visible_to(user).name_of("appointed_by_id"))

    @classmethod
    def may_change(cls, user: Any, where: int | Model | None = None) -> bool:
        """A post is given and ended, never edited."""
        return not isinstance(where, Model) and super().may_change(user, where)


class ResetResource(Resource):
    """重置申请: asked for by one person, confirmed by another; never edited."""

    name = "reset"
    model = Reset
    label = pgettext_lazy("列表", "重置申请")
    filters = filters.ResetFilters
    form = forms.AskResetForm
    title = "user_name"
    order = ("pk",)
    descending = True
    icon = "key"
    empty = _("没有重置申请。申请在账户的页面上提出。")
    columns = (
        Column("holder", _("姓名"), source="user_name"),
        Column("user", _("账户"), source="user_id", kind=IDENTIFIER, default=False),
        Column("what", _("事项"), kind=Choice(Reset.What)),
        Column("state", _("状态"), kind=State(labels=dict(Reset.State.choices), colours=RESET_COLOURS)),
        Column("division", _("所在地"), source="division_id", kind=PLACE),
        Column("reason", _("理由")),
        Column("asked_by", _("申请人"), source="asked_by_name"),
        Column("asked_at", _("申请时间"), kind=MOMENT),
        Column("expires_at", _("有效期至"), kind=MOMENT),
        Column("needed", _("需确认人数"), kind=NUMBER, default=False),
        Column("first_by", _("确认人"), source="first_by_name"),
        Column("second_by", _("第二确认人"), source="second_by_name", default=False),
        Column("ended_at", _("办结时间"), kind=MOMENT, default=False),
        ROW_ID,
    )
    sections = (
        Section(_("申请"), ("holder", "what", "division", "reason", "asked_by", "asked_at", "expires_at")),
        Section(_("办理"), ("state", "needed", "first_by", "second_by", "ended_at")),
    )

    @classmethod
    def may_change(cls, user: Any, where: int | Model | None = None) -> bool:
        """A request is made, confirmed or withdrawn, never edited."""
        return not isinstance(where, Model) and super().may_change(user, where)


class UserResource(Resource):
    """账户. What an account may do comes from its posts."""

    name = "user"
    model = User
    label = pgettext_lazy("列表", "账户")
    filters = filters.UserFilters
    form = forms.UserForm
    title = "name"
    icon = "account"
    empty = _("没有符合条件的账户。")
    columns = (
        Column("name", _("姓名"), link="user", link_source="pk"),
        Column("username", _("用户名"), kind=IDENTIFIER, sortable=True),
        Column("roles", _("现任角色"), kind=Roles(many=True)),
        Column("division", _("所在地"), source="division_id", kind=PLACE),
        Column("is_active", _("启用"), kind=BOOL),
        Column("last_login", _("最近登录"), kind=MOMENT),
        Column("locked", _("登录锁定"), kind=BOOL, default=False),
        Column(
            "closed_because",
            _("停用原因"),
            kind=State(labels=dict(User.Closed.choices), colours={"unused": "yellow"}),
            default=False,
        ),
        Column("second_factor_at", _("动态口令绑定时间"), kind=MOMENT, default=False),
        Column("must_change_password", _("须改密码"), kind=BOOL, default=False),
        Column("password_changed_at", _("密码修改时间"), kind=MOMENT, default=False),
        Column("created_at", _("建立时间"), kind=MOMENT, default=False),
        ROW_ID,
    )
    sections = (
        Section(_("账户"), ("name", "username", "division", "roles", "is_active", "closed_because")),
        Section(
            _("登录"),
            ("last_login", "locked", "second_factor_at", "password_changed_at", "must_change_password", "created_at"),
        ),
    )
    related = (
        Related(
            _("任职"),
            PostResource,
            "user",
            ("role", "division", "extent", "valid_from", "valid_until", "acting_for_name", "appointed_by"),
        ),
    )

    @classmethod
    def rows(cls, user: Any) -> QuerySet[Any]:
        """Visible accounts with the roles they hold now, and whether failed sign-ins have closed them for a while."""
        rows = super().rows(user).with_roles(user, timezone.now())  # type: ignore[attr-defined]
        return rows.annotate(locked=lockout.closed_accounts())

    @classmethod
    def may_change(cls, user: Any, where: int | Model | None = None) -> bool:
        """An existing account is changed by whoever could give it all its posts."""
        if isinstance(where, User):
            return services.may_manage(user, where)
        return super().may_change(user, where)


class AccessLogResource(Resource):
    """查阅记录: read only, newest first; everybody sees his own."""

    name = "access-log"
    model = AccessLog
    filters = filters.AccessLogFilters
    order = ("at", "pk")
    descending = True
    title = "username"
    icon = "audit"
    empty = _("没有符合条件的查阅记录。")
    columns = (
        Column("at", _("时间"), kind=MOMENT),
        Column("username", _("用户名"), kind=IDENTIFIER),
        Column(
            "action",
            _("操作"),
            kind=State(labels=dict(AccessLog.Action.choices), colours={"reveal": "yellow", "refused": "red"}),
        ),
        Column("result", _("结果"), kind=State(labels=dict(AccessLog.Result.choices), colours=RESULT_COLOURS)),
        Column("post", _("任职"), default=False),
        Column("level", _("层级"), kind=NUMBER, default=False),
        Column("division", _("所在地"), source="division_id", kind=PLACE),
        Column("object_kind", _("对象类型")),
        Column("object_key", _("对象编码"), kind=IDENTIFIER),
        Column("object_id", _("对象"), kind=IDENTIFIER, default=False),
        Column("fields", _("字段"), kind=Words()),
        Column("rows", _("行数"), kind=NUMBER),
        Column("reason", _("理由")),
        Column("address", _("网络地址"), kind=IDENTIFIER),
        Column("device", _("设备"), default=False),
        Column("source", _("途径"), default=False),
        Column("request_id", _("请求编号"), kind=IDENTIFIER, default=False),
        ROW_ID,
    )
