import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

import apps.divisions.models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="DivisionHistory",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("old_code", models.BigIntegerField(db_index=True, verbose_name="原代码")),
                ("new_code", models.BigIntegerField(db_index=True, verbose_name="新代码")),
                ("old_name", models.CharField(max_length=100, verbose_name="原名称")),
                ("new_name", models.CharField(max_length=100, verbose_name="新名称")),
                (
                    "event",
                    models.CharField(
                        choices=[("renumbered", "代码变更"), ("merged", "并入")], max_length=12, verbose_name="变更方式"
                    ),
                ),
                ("on", models.DateField(verbose_name="生效日期")),
                ("by", models.CharField(max_length=150, verbose_name="经办人")),
                ("at", models.DateTimeField(auto_now_add=True, verbose_name="登记时间")),
                ("moved_rows", models.JSONField(default=dict, verbose_name="迁移记录数")),
            ],
            options={
                "verbose_name": "区划变更",
                "verbose_name_plural": "区划变更",
                "ordering": ["-on", "-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("old_code", models.F("new_code")), _negated=True),
                        name="divisionhistory_code_changes",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoricalCode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code6", models.CharField(max_length=6, verbose_name="六位代码")),
                ("name", models.CharField(max_length=100, verbose_name="名称")),
                ("from_year", models.PositiveSmallIntegerField(verbose_name="启用年")),
                ("to_year", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="停用年")),
            ],
            options={
                "verbose_name": "历史区划代码",
                "verbose_name_plural": "历史区划代码",
                "ordering": ["code6", "from_year"],
                "constraints": [
                    models.UniqueConstraint(fields=("code6", "from_year"), name="historicalcode_once_a_year"),
                    models.CheckConstraint(
                        condition=models.Q(("code6__regex", "^[1-9][0-9]{5}$")), name="historicalcode_six_digits"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("to_year__isnull", True), ("to_year__gte", models.F("from_year")), _connector="OR"
                        ),
                        name="historicalcode_years_in_order",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Division",
            fields=[
                (
                    "code",
                    models.BigIntegerField(
                        primary_key=True,
                        serialize=False,
                        validators=[apps.divisions.models.validate_code],
                        verbose_name="区划代码",
                    ),
                ),
                (
                    "level",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "自治区"), (2, "盟市"), (3, "旗县市区"), (4, "苏木乡镇街道"), (5, "嘎查村社区")],
                        verbose_name="层级",
                    ),
                ),
                ("name", models.CharField(max_length=100, verbose_name="名称")),
                ("short_name", models.CharField(max_length=100, verbose_name="简称")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("region", "自治区"),
                            ("city", "地级市"),
                            ("league", "盟"),
                            ("district", "市辖区"),
                            ("county", "县"),
                            ("banner", "旗"),
                            ("autonomous_banner", "自治旗"),
                            ("county_city", "县级市"),
                            ("zone", "开发区"),
                            ("subdistrict", "街道"),
                            ("town", "镇"),
                            ("township", "乡"),
                            ("ethnic_township", "民族乡"),
                            ("sumu", "苏木"),
                            ("township_like", "类似乡级单位"),
                            ("residents", "居委会"),
                            ("villagers", "嘎查村委会"),
                            ("residents_like", "类似居委会"),
                            ("villagers_like", "类似村委会"),
                        ],
                        max_length=20,
                        verbose_name="类别",
                    ),
                ),
                ("is_virtual", models.BooleanField(default=False, verbose_name="虚拟社区")),
                (
                    "lon",
                    models.DecimalField(blank=True, decimal_places=5, max_digits=8, null=True, verbose_name="经度"),
                ),
                (
                    "lat",
                    models.DecimalField(blank=True, decimal_places=5, max_digits=8, null=True, verbose_name="纬度"),
                ),
                (
                    "poverty_tier",
                    models.CharField(
                        blank=True,
                        choices=[("national", "国家级贫困县"), ("regional", "自治区级贫困县")],
                        default="",
                        max_length=10,
                        verbose_name="贫困县级别",
                    ),
                ),
                ("exit_year", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="摘帽年度")),
                ("announced_on", models.DateField(blank=True, null=True, verbose_name="公告日期")),
                (
                    "contiguous_area",
                    models.CharField(blank=True, default="", max_length=50, verbose_name="集中连片特困地区"),
                ),
                ("sort_key", models.BigIntegerField(editable=False, verbose_name="排序")),
                ("ended_on", models.DateField(blank=True, null=True, verbose_name="撤销日期")),
                (
                    "host",
                    models.ForeignKey(
                        blank=True,
                        help_text="开发区没有独立边界，地图上画在所在旗县内",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="hosted",
                        to="divisions.division",
                        verbose_name="所在旗县",
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="divisions.division",
                        verbose_name="上级",
                    ),
                ),
                (
                    "replaced_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replaces",
                        to="divisions.division",
                        verbose_name="并入",
                    ),
                ),
            ],
            options={
                "verbose_name": "行政区划",
                "verbose_name_plural": "行政区划",
                "ordering": ["sort_key"],
                "indexes": [
                    models.Index(fields=["level", "code"], name="division_level_code"),
                    models.Index(fields=["sort_key"], name="division_sort_key"),
                    models.Index(fields=["name"], name="division_name", opclasses=["varchar_pattern_ops"]),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("code__gte", 100000000000), ("code__lt", 1000000000000)),
                        name="division_code_has_12_digits",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                (
                                    "code",
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("code"),
                                        "-",
                                        django.db.models.expressions.CombinedExpression(
                                            models.F("code"), "%%", models.Value(10000000000)
                                        ),
                                    ),
                                ),
                                ("level", 1),
                                ("parent__isnull", True),
                            ),
                            models.Q(
                                (
                                    "code",
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("code"),
                                        "-",
                                        django.db.models.expressions.CombinedExpression(
                                            models.F("code"), "%%", models.Value(100000000)
                                        ),
                                    ),
                                ),
                                ("level", 2),
                                (
                                    "parent",
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("code"),
                                        "-",
                                        django.db.models.expressions.CombinedExpression(
                                            models.F("code"), "%%", models.Value(10000000000)
                                        ),
                                    ),
                                ),
                                ("parent__isnull", False),
                                ("parent__lt", models.F("code")),
                            ),
                            models.Q(
                                (
                                    "code",
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("code"),
                                        "-",
                                        django.db.models.expressions.CombinedExpression(
                                            models.F("code"), "%%", models.Value(1000000)
                                        ),
                                    ),
                                ),
                                ("level", 3),
                                (
                                    "parent",
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("code"),
                                        "-",
                                        django.db.models.expressions.CombinedExpression(
                                            models.F("code"), "%%", models.Value(100000000)
                                        ),
                                    ),
                                ),
                                ("parent__isnull", False),
                                ("parent__lt", models.F("code")),
                            ),
                            models.Q(
                                (
                                    "code",
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("code"),
                                        "-",
                                        django.db.models.expressions.CombinedExpression(
                                            models.F("code"), "%%", models.Value(1000)
                                        ),
                                    ),
                                ),
                                ("level", 4),
                                (
                                    "parent",
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("code"),
                                        "-",
                                        django.db.models.expressions.CombinedExpression(
                                            models.F("code"), "%%", models.Value(1000000)
                                        ),
                                    ),
                                ),
                                ("parent__isnull", False),
                                ("parent__lt", models.F("code")),
                            ),
                            models.Q(
                                (
                                    "code",
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("code"),
                                        "-",
                                        django.db.models.expressions.CombinedExpression(
                                            models.F("code"), "%%", models.Value(1)
                                        ),
                                    ),
                                ),
                                ("level", 5),
                                (
                                    "parent",
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("code"),
                                        "-",
                                        django.db.models.expressions.CombinedExpression(
                                            models.F("code"), "%%", models.Value(1000)
                                        ),
                                    ),
                                ),
                                ("parent__isnull", False),
                                ("parent__lt", models.F("code")),
                            ),
                            _connector="OR",
                        ),
                        name="division_level_and_parent_are_the_code_s",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("replaced_by__isnull", True), ("ended_on__isnull", False), _connector="OR"),
                        name="division_replaced_has_ended",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("level", 3),
                            models.Q(("exit_year__isnull", True), ("host__isnull", True), ("poverty_tier", "")),
                            _connector="OR",
                        ),
                        name="division_county_facts_on_counties",
                    ),
                ],
            },
        ),
    ]
