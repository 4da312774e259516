"""The left menu: groups of entries, each naming the list it opens. Who cannot see such rows misses the entry."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.pages.menu import Entry, Group

MENU = [
    Group("", [Entry(_("工作台"), "desk", "desk", realm="")]),
    Group(
        _("建档立卡"),
        [
            Entry(_("贫困户"), "household", "household-list"),
            Entry(pgettext_lazy("列表", "家庭成员"), "person", "person-list"),
            Entry(_("共享"), "eye", "share-list"),
            Entry(_("数据导入"), "import", "import-list", capability="import_register"),
            Entry(_("导出审批"), "export", "export-waiting", capability="approve_exports"),
            Entry(pgettext_lazy("列表", "嘎查村"), "village", "village-list", capability="view_register"),
            Entry(pgettext_lazy("列表", "行政区划"), "division", "division-list"),
        ],
    ),
    Group(
        _("干部帮扶"),
        [
            Entry(pgettext_lazy("列表", "帮扶结对"), "visit", "pairing-list"),
            Entry(pgettext_lazy("列表", "帮扶干部"), "person", "cadre-list"),
            Entry(pgettext_lazy("列表", "帮扶职责"), "post", "duty-list", capability="view_register"),
            Entry(pgettext_lazy("列表", "工作队"), "account", "team-list", capability="view_register"),
            Entry(pgettext_lazy("列表", "驻村考勤"), "clock", "attendance-list", capability="view_register"),
            Entry(pgettext_lazy("列表", "入户核查"), "check", "home-check-list", capability="view_register"),
            Entry(pgettext_lazy("列表", "旗县党政正职"), "post", "chief-list", capability="view_register"),
            Entry(pgettext_lazy("列表", "帮扶单位"), "division", "unit-list", capability="view_register"),
            Entry(pgettext_lazy("列表", "民情日记"), "document", "visit-list"),
            Entry(_("走访动态"), "map", "live", capability="view_register"),
            Entry(pgettext_lazy("列表", "走访问题"), "finding", "visit-task-list"),
            Entry(_("走访月报"), "chart", "field-summary", capability="view_register"),
            Entry(_("走访轨迹"), "map", "visit-track", capability="view_personal_data"),
            Entry(_("帮扶力量覆盖"), "village", "coverage", capability="view_register"),
            Entry(pgettext_lazy("列表", "日记冲突"), "refresh", "visit-conflict-list", capability="change_register"),
            Entry(pgettext_lazy("列表", "帮扶考核"), "check", "assessment-list"),
            Entry(pgettext_lazy("列表", "年度考核"), "clock", "assessment-round-list", capability="manage_parameters"),
            Entry(pgettext_lazy("列表", "考核方案"), "rule", "indicator-set-list", capability="manage_parameters"),
        ],
    ),
    Group(
        _("帮扶措施"),
        [
            Entry(pgettext_lazy("列表", "小额信贷"), "chart", "loan-list"),
            Entry(pgettext_lazy("列表", "贷款还款"), "export", "loan-repayment-list"),
            Entry(pgettext_lazy("列表", "贷款意愿"), "check", "loan-wish-list"),
            Entry(pgettext_lazy("列表", "风险补偿金"), "list", "risk-fund-list", capability="view_register"),
            Entry(_("信贷覆盖"), "chart", "loan-coverage", capability="view_register"),
        ],
    ),
    Group(
        _("资金项目"),
        [
            Entry(_("资金总览"), "chart", "funds", realm="funds"),
            Entry(pgettext_lazy("列表", "资金指标"), "list", "quota-list", realm="funds"),
            Entry(pgettext_lazy("列表", "资金审批单"), "document", "fund-order-list", realm="funds"),
            Entry(pgettext_lazy("列表", "资金拨付"), "export", "payment-list", realm="funds"),
            Entry(pgettext_lazy("列表", "账目"), "audit", "entry-list", realm="funds"),
            Entry(pgettext_lazy("列表", "财政支付核对"), "check", "fund-reconciliation-list", realm="funds"),
            Entry(pgettext_lazy("列表", "项目库"), "list", "library-item-list", realm="funds"),
            Entry(pgettext_lazy("列表", "扶贫项目"), "chart", "project-list", realm="funds"),
            Entry(pgettext_lazy("列表", "项目月报"), "calendar", "project-progress-list", realm="funds"),
            Entry(pgettext_lazy("列表", "受益户"), "household", "beneficiary-list", realm="funds"),
            Entry(pgettext_lazy("列表", "扶贫资产"), "list", "asset-list", realm="funds"),
            Entry(pgettext_lazy("列表", "收益分配"), "household", "asset-distribution-list", realm="funds"),
            Entry(pgettext_lazy("列表", "审批权限"), "rule", "approval-band-list", realm="funds"),
            Entry(
                pgettext_lazy("列表", "负面清单"),
                "rule",
                "negative-item-list",
                capability="manage_parameters",
            ),
            Entry(pgettext_lazy("列表", "年度关账"), "clock", "closed-year-list", realm="funds"),
        ],
    ),
    Group(
        _("督查整改"),
        [
            Entry(pgettext_lazy("列表", "督查巡查"), "eye", "inspection-list", realm="supervision"),
            Entry(pgettext_lazy("列表", "受检情况"), "info", "inspection-target-list", realm="supervision"),
            Entry(_("督查覆盖"), "map", "inspection-coverage", realm="supervision"),
            Entry(pgettext_lazy("列表", "督查抽样"), "check", "sample-list", capability="inspect"),
            Entry(pgettext_lazy("列表", "现场表"), "document", "site-form-list", realm="supervision"),
            Entry(pgettext_lazy("列表", "现场表模板"), "rule", "form-template-list", capability="inspect"),
        ],
    ),
    Group(
        _("公开监督"),
        [
            Entry(pgettext_lazy("列表", "公告公示"), "document", "notice-list"),
            Entry(pgettext_lazy("列表", "公示异议"), "info", "notice-objection-list"),
        ],
    ),
    Group(
        _("数据比对"),
        [
            Entry(pgettext_lazy("列表", "疑点"), "finding", "finding-list"),
            Entry(pgettext_lazy("列表", "身份匹配候选"), "person", "candidate-list"),
            Entry(_("比对规则"), "rule", "rule-list"),
            Entry(pgettext_lazy("列表", "比对批次"), "clock", "run-list", capability="run_crosschecks"),
            Entry(_("部门数据"), "list", "dataset-list"),
            Entry(pgettext_lazy("列表", "部门数据报送"), "import", "delivery-list", capability="load_datasets"),
        ],
    ),
    Group(
        _("系统管理"),
        [
            Entry(pgettext_lazy("列表", "账户"), "account", "user-list", realm="accounts"),
            Entry(pgettext_lazy("列表", "任职"), "post", "post-list", realm="accounts"),
            Entry(pgettext_lazy("列表", "重置申请"), "refresh", "reset-list", realm="accounts"),
            Entry(_("接口客户端"), "key", "client-list", realm="accounts"),
            Entry(_("异步查询"), "clock", "search-job-list", realm="accounts"),
            Entry(_("接口调用统计"), "chart", "client-day-list", realm="accounts"),
            Entry(_("部门接口"), "document", "developers", capability="manage_accounts"),
            Entry(_("查阅记录"), "audit", "access-log-list", realm="audit"),
            Entry(_("数据字典"), "list", "data-dictionary", realm=""),
        ],
    ),
]
