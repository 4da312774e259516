"""What a department's programmer must know, written once: the page `/developers/` and `docs/api-for-departments.md`.

The examples are files of their own (`examples/`) and run in the tests as they are shown; the test vectors are computed.
`./dev manage developer_docs` writes the document anew.
"""

from __future__ import annotations

import hashlib
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from apps.common.wording import listed
from apps.datasets.catalogue import datasets
from apps.datasets.models import tables
from apps.datasets.services import intake
from apps.datasets.services.parsing import columns_of
from apps.partners.choices import SCOPES
from apps.partners.services import jobs, limits, signing, spdci
from apps.partners.services.clients import KEY_OVERLAP
from apps.partners.services.verifying import BATCH

Words = str | Promise
EXAMPLES = Path(__file__).parent / "examples"
WIDTH = 150
# The number is nobody's: no division has the prefix 1599.
VECTORS = (
    ("POST", "/api/v1/households/verify/", "", '{"id_no":"159900196203150015","purpose":"核对"}'),
    ("POST", "/api/v1/households/verify/", "b=2&a=1", "{}"),
)
VECTOR_KEY, VECTOR_STAMP, VECTOR_NONCE = bytes(range(32)).hex().upper(), "1700000000", "0123456789abcdef"


@dataclass(frozen=True)
class Title:
    """A heading; what follows stands in its section."""

    text: Words


@dataclass(frozen=True)
class Text:
    """A paragraph; names of programs stand in `backticks`."""

    text: Words


@dataclass(frozen=True)
class Code:
    """An example of its own file."""

    language: str
    name: str

    @property
    def text(self) -> str:
        return (EXAMPLES / self.name).read_text(encoding="utf-8")


@dataclass(frozen=True)
class Table:
    """Headings and rows."""

    heads: Sequence[Words]
    rows: Sequence[Sequence[Words]]


Part = Title | Text | Code | Table


def parts() -> list[Part]:
    """Everything, in order, in the language that is active when it is read."""
    return [*_clients(), *_asking(), *_signing(), *_spdci(), *_delivering(), *_refusals()]


def _clients() -> Iterator[Part]:
    yield Text(
        _(
            "部门凭证件号码查询其持有人是否属于建档立卡户：只限本客户端所在地，须说明用途。每次查询都写入查阅记录。"
            "机器可读的说明（OpenAPI 3）在 `/developers/schema/`。"
        )
    )
    yield Title(_("取得客户端"))
    yield Text(
        _(
            "由所在盟市、旗县的管理员在“系统管理”的“接口客户端”中开设，并交付客户端编号和密钥，二者只显示一次。"
            "客户端有所在地、数据权限、允许的网络地址、有效期和每分钟查询次数上限。被拒绝的原因不写在应答里，请询问管理员。"
        )
    )
    yield Table(
        (_("数据权限"), _("说明"), _("字段")),
        [
            (f"`{name}`", scope.label, listed(f"`{one}`" for one in sorted(scope.fields)))
            for name, scope in SCOPES.items()
        ],
    )
    yield Title(_("令牌"))
    yield Text(
        _(
            "`POST /oauth/token/`，表单放在请求体中，不接受 HTTP Basic。令牌有效一小时，内容不透明；"
            "到期后再取新的，不要每次查询都取。没有刷新令牌。不写 `scope` 时得到客户端的全部数据权限。"
        )
    )
    yield Code("bash", "token.sh")
    yield Text(
        _("应答含 `access_token`、`expires_in`、`token_type`、`scope`；被拒绝时为 401，`error` 为 `invalid_client`。")
    )


def _asking() -> Iterator[Part]:
    yield Title(_("提出查询"))
    yield Text(_("`POST /api/v1/households/verify/`，给出 `id_no`、`purpose` 和需要的 `fields`："))
    yield Code("bash", "verify.sh")
    yield Text(
        _(
            "应答为 `registered`，属于时另有 `household` 和所要的字段。登记在别处的号码与没有登记的号码应答完全相同。"
            "建档立卡户指贫困户和脱贫户（状态 20、30、40、41、50）。以 `id_nos` 代替 `id_no` 可一次查询多个号码，"
            "应答为 `results`，顺序相同，每个号码计一次。"
        )
    )


def _signing() -> Iterator[Part]:
    yield Title(_("签名"))
    yield Text(
        format_lazy(
            _(
                "得到过签名密钥的客户端，每个请求都须签名。"
                "`X-Signature` 是以密钥（64 位十六进制，即 32 字节）对六行文本（以换行相连）计算的 HMAC-SM3，"
                "写成十六进制。六行依次为：方法、路径、查询串（各项排序并百分号编码，没有则为空行）、"
                "请求体的 SM3 十六进制值、`X-Timestamp`（1970 年以来的秒数，误差不超过 {clock} 秒）、"
                "`X-Nonce`（16 至 64 个 `A-Za-z0-9_-`，不得重复）。"
            ),
            clock=signing.CLOCK,
        )
    )
    yield Text(
        format_lazy(
            _(
                "换发密钥后，原密钥还有效 {days} 天，两个同时可用；管理员可随时停用原密钥，或收回全部密钥。"
                "收回后请求一律被拒绝，直到发放新的密钥。"
            ),
            days=KEY_OVERLAP.days,
        )
    )
    yield Code("python", "signed.py.txt")
    yield Text(_("同样的请求，用命令行："))
    yield Code("bash", "signed.sh")
    yield Text(_("用下列数据检验自己的程序："))
    for method, path, query, body in VECTORS:
        yield Table((_("名称"), _("值")), [(name, f"`{value}`") for name, value in vector(method, path, query, body)])


def vector(method: str, path: str, query: str, body: str) -> Iterator[tuple[Words, str]]:
    """What goes into one signature, and what comes out."""
    content = body.encode()
    yield _("密钥"), VECTOR_KEY
    yield _("方法"), method
    yield _("路径"), path
    if query:
        yield _("查询串"), query
    yield _("请求体"), body
    yield _("请求体的 SM3 值"), hashlib.new("sm3", content).hexdigest()
    yield "X-Timestamp", VECTOR_STAMP
    yield "X-Nonce", VECTOR_NONCE
    yield "X-Signature", signing.signature(VECTOR_KEY, method, path, query, content, VECTOR_STAMP, VECTOR_NONCE)


def _spdci() -> Iterator[Part]:
    yield Title("SPDCI")
    yield Text(
        format_lazy(
            _(
                "使用 SPDCI 社会登记接口 1.0.0 的系统可用同一客户端、令牌和签名查询。`sender_id` 为客户端编号，"
                "`receiver_id` 为 `{register}`，用途写在 `authorize` 或 `consent` 的 `purpose.text`，"
                "或 `header.meta.purpose`。"
                "报文中的 `signature` 不起作用，签名在请求头中。"
            ),
            register=settings.SPDCI_ID,
        )
    )
    yield Code("bash", "spdci.sh")
    yield Text(
        format_lazy(
            _(
                "`query_type` 可为 `idtype-value`（`UIN` 或 `NIN`，即证件号码）、`predicate` 或 `expression`。"
                "后两种须有证件号码，可另加条件：只有 `eq`，条件之间只有 `and`，最多 {most} 个，属性限于 {attributes}。"
                "其他写法该条为 `rjct`，其余各条照常应答。没有登记的和登记在别处的，`reg_records` 都为空。"
            ),
            most=spdci.MOST_CONDITIONS,
            attributes=listed(f"`{name}`" for name in spdci.ATTRIBUTES),
        )
    )
    yield Text(
        _('`expression` 写成 `{"value": {"expression": {"UIN": {"eq": "…"}, "household_status": {"eq": "20"}}}}`。')
    )
    yield Table(
        (_("地址"), _("说明")),
        [
            ("`POST /spdci/registry/sync/search`", _("立即应答")),
            ("`POST /spdci/registry/search`", _("先确认（202），应答随后投递到 `sender_uri`")),
            ("`POST /spdci/registry/sync/txn/status`", _("查询自己的异步查询进行到哪一步")),
        ],
    )
    yield Text(
        format_lazy(
            _(
                "`sender_uri` 须是管理员登记的回调地址（https，证书须有效，不跟随跳转）。"
                "投递以最新的签名密钥签名，请求头与上文相同，"
                "请核对后再使用。没有得到 2xx 时再投递，共 {attempts} 次，间隔逐次加长，之后停止。"
                "同一应答可能不止一次到达，以 `correlation_id` 辨认。投递时以客户端当时的权限为准。不提供订阅。"
            ),
            attempts=jobs.ATTEMPTS,
        )
    )


def _delivering() -> Iterator[Part]:
    yield Title(_("报送数据"))
    yield Text(
        format_lazy(
            _(
                "有 `datasets:write` 权限的客户端报送指定的数据集：先说明期间（数据截至的月份），"
                "再分批发送，每批最多 {most} 行，最后说明共几批、几行。同一批可以重发；"
                "中断后再次开始会得到同一次报送，`chunks` 列出已收到的批号，补发其余的即可。"
                "全部收齐后整体生效，替换上一版。"
            ),
            most=intake.CHUNK,
        )
    )
    yield Code("bash", "deliver.sh")
    yield Text(
        _(
            "行是对象，成员名为列的接口名或中文名；证件号码写在 `id_no`，入库时转为不可还原的索引。"
            "有错的行不接收，`faults` 说明行号、列和原因，其余的行照常接收。"
            "`state` 为 `accepted` 时已生效；为 `held` 时行数不到上一版的一半，或拒绝的行比接收的多，"
            "由当地人员核实后生效。"
        )
    )
    yield Table(
        (_("数据集"), _("列")),
        [
            (
                f"`{code}` {datasets()[code].name}",
                listed(f"`{one.api_name}`{'*' if one.required else ''}" for one in columns_of(model)),
            )
            for code, model in sorted(tables().items())
        ],
    )
    yield Text(_("带 * 的列必填。"))


def _refusals() -> Iterator[Part]:
    yield Title(_("限制"))
    yield Table(
        (_("项目"), _("上限")),
        [
            (_("每个地址每分钟取令牌次数"), str(settings.TOKEN_REQUESTS_PER_MINUTE)),
            (_("每个客户端每分钟查询次数"), _("由管理员设定；每个号码计一次")),
            (_("一次查询的号码"), str(BATCH)),
            (_("请求体"), f"{limits.MOST_BYTES // 1024} KiB"),
            (_("等待投递的异步查询"), str(jobs.MOST_WAITING)),
        ],
    )
    yield Title(_("错误"))
    yield Text(
        _(
            "错误为 `application/problem+json`（RFC 9457），含 `title`、`status`、`detail`、`errors`；"
            "SPDCI 地址的错误为该标准的格式，状态码相同。"
        )
    )
    yield Table(
        (_("状态码"), _("含义")),
        [
            ("400", _("请求体不是 JSON 对象，或 SPDCI 报文的结构不对")),
            ("401", _("令牌无效：不存在、已到期、客户端已停用或过期、地址不符、签名不对、过时或重复")),
            ("403", _("客户端的数据权限不包括这一操作或字段")),
            ("404", _("没有这笔交易")),
            ("409", _("这个 `transaction_id` 已用过")),
            ("413", _("请求体过长")),
            ("422", _("某个值不对，`errors` 指出字段")),
            ("429", _("本分钟次数已用完，`Retry-After` 为应等待的秒数")),
            ("503", _("计数服务没有应答；没有它不提供查询")),
        ],
    )
    yield Text(_("令牌只用于这里列出的地址；对其他地址等于没有登录。"))


def markdown() -> str:
    """The document in the active language."""
    lines = [f"# {_('部门接口')}", ""]
    for part in parts():
        lines += [*_lines(part), ""]
    return "\n".join(lines)


def _lines(part: Part) -> list[str]:
    match part:
        case Title(text):
            return [f"## {text}"]
        case Text(text):
            return textwrap.wrap(str(text), WIDTH, break_long_words=False, break_on_hyphens=False)
        case Code(language):
            return [f"```{language}", *part.text.rstrip("\n").split("\n"), "```"]
        case Table(heads, rows):
            return [_row(heads), _row(["---"] * len(heads)), *map(_row, rows)]
    raise TypeError(part)


def _row(cells: Sequence[Any]) -> str:
    return f"| {' | '.join(map(str, cells))} |"
