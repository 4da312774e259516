"""The latest visits, problems with their owners and days, settlements of conflicts, the grid of a position."""

import django.db.models.deletion
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import apps.common.models


class Migration(migrations.Migration):
    dependencies = [
        ("divisions", "0001_initial"),
        ("households", "0003_certificate_grade"),
        ("visits", "0003_photos_whole"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="LastVisit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("visited_on", models.DateField(verbose_name="最近走访日期")),
            ],
            options={
                "verbose_name": "最近走访",
                "verbose_name_plural": "最近走访",
            },
        ),
        migrations.CreateModel(
            name="VisitTask",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", apps.common.models.VersionField(default=1, editable=False, verbose_name="版本")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="创建时间")),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="更新时间")),
                ("problem", models.CharField(blank=True, default="", max_length=2000, verbose_name="反映的问题")),
                ("raised_on", models.DateField(verbose_name="提出日期")),
                (
                    "owner",
                    models.CharField(
                        choices=[
                            ("helper", "走访人"),
                            ("village", "嘎查村"),
                            ("township", "苏木乡镇"),
                            ("county", "旗县"),
                        ],
                        default="helper",
                        max_length=8,
                        verbose_name="责任方",
                    ),
                ),
                ("owner_name", models.CharField(max_length=60, verbose_name="责任人")),
                ("due_on", models.DateField(verbose_name="办结期限")),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "待解决"), ("solved", "已解决待确认"), ("closed", "已办结")],
                        default="open",
                        max_length=6,
                        verbose_name="状态",
                    ),
                ),
                ("solution", models.CharField(blank=True, default="", max_length=2000, verbose_name="解决情况")),
                ("solved_on", models.DateField(null=True, verbose_name="解决日期")),
                ("solved_by_name", models.CharField(blank=True, default="", max_length=60, verbose_name="解决人")),
                ("closed_on", models.DateField(null=True, verbose_name="办结日期")),
                ("closed_by_name", models.CharField(blank=True, default="", max_length=60, verbose_name="确认人")),
                ("remark", models.CharField(blank=True, default="", max_length=2000, verbose_name="办理意见")),
            ],
            options={
                "verbose_name": "走访问题",
                "verbose_name_plural": "走访问题",
            },
        ),
        migrations.CreateModel(
            name="VisitTaskEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                ("version", apps.common.models.VersionField(default=1, editable=False, verbose_name="版本")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="创建时间")),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="更新时间")),
                ("problem", models.CharField(blank=True, default="", max_length=2000, verbose_name="反映的问题")),
                ("raised_on", models.DateField(verbose_name="提出日期")),
                (
                    "owner",
                    models.CharField(
                        choices=[
                            ("helper", "走访人"),
                            ("village", "嘎查村"),
                            ("township", "苏木乡镇"),
                            ("county", "旗县"),
                        ],
                        default="helper",
                        max_length=8,
                        verbose_name="责任方",
                    ),
                ),
                ("owner_name", models.CharField(max_length=60, verbose_name="责任人")),
                ("due_on", models.DateField(verbose_name="办结期限")),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "待解决"), ("solved", "已解决待确认"), ("closed", "已办结")],
                        default="open",
                        max_length=6,
                        verbose_name="状态",
                    ),
                ),
                ("solution", models.CharField(blank=True, default="", max_length=2000, verbose_name="解决情况")),
                ("solved_on", models.DateField(null=True, verbose_name="解决日期")),
                ("solved_by_name", models.CharField(blank=True, default="", max_length=60, verbose_name="解决人")),
                ("closed_on", models.DateField(null=True, verbose_name="办结日期")),
                ("closed_by_name", models.CharField(blank=True, default="", max_length=60, verbose_name="确认人")),
                ("remark", models.CharField(blank=True, default="", max_length=2000, verbose_name="办理意见")),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="visit",
            name="datum",
            field=models.CharField(
                choices=[("wgs84", "WGS-84"), ("gcj02", "GCJ-02")],
                default="wgs84",
                max_length=5,
                verbose_name="定位来源坐标系",
            ),
        ),
        migrations.AddField(
            model_name="visitconflict",
            name="kept",
            field=models.CharField(
                blank=True,
                choices=[("stored", "以已有日记为准"), ("this", "以本次内容为准"), ("both", "两份都属实")],
                default="",
                max_length=6,
                verbose_name="核定结果",
            ),
        ),
        migrations.AddField(
            model_name="visitconflict",
            name="settled_at",
            field=models.DateTimeField(null=True, verbose_name="核定时间"),
        ),
        migrations.AddField(
            model_name="visitconflict",
            name="settled_by",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="核定人编号",
            ),
        ),
        migrations.AddField(
            model_name="visitconflict",
            name="settled_by_name",
            field=models.CharField(blank=True, default="", max_length=60, verbose_name="核定人"),
        ),
        migrations.AddField(
            model_name="visitconflict",
            name="settled_reason",
            field=models.CharField(blank=True, default="", max_length=500, verbose_name="核定理由"),
        ),
        migrations.AddConstraint(
            model_name="visitconflict",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kept", ""), ("settled_at", None), ("settled_by", None)),
                    models.Q(
                        ("settled_at__isnull", False),
                        ("settled_by__isnull", False),
                        models.Q(("kept", ""), _negated=True),
                        models.Q(("settled_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="visit_conflict_settled_whole",
            ),
        ),
        migrations.AddField(
            model_name="lastvisit",
            name="author",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="走访人",
            ),
        ),
        migrations.AddField(
            model_name="lastvisit",
            name="division",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="divisions.division",
                verbose_name="所在地",
            ),
        ),
        migrations.AddField(
            model_name="lastvisit",
            name="household",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="last_visits",
                to="households.household",
                verbose_name="贫困户",
            ),
        ),
        migrations.AddField(
            model_name="visittask",
            name="author",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="走访人",
            ),
        ),
        migrations.AddField(
            model_name="visittask",
            name="division",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="divisions.division",
                verbose_name="所在地",
            ),
        ),
        migrations.AddField(
            model_name="visittask",
            name="household",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="households.household",
                verbose_name="贫困户",
            ),
        ),
        migrations.AddField(
            model_name="visittask",
            name="solved_by",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="解决人编号",
            ),
        ),
        migrations.AddField(
            model_name="visittask",
            name="visit",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="%(class)ss",
                to="visits.visit",
                verbose_name="民情日记",
            ),
        ),
        migrations.AddField(
            model_name="visittaskevent",
            name="author",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="走访人",
            ),
        ),
        migrations.AddField(
            model_name="visittaskevent",
            name="division",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="divisions.division",
                verbose_name="所在地",
            ),
        ),
        migrations.AddField(
            model_name="visittaskevent",
            name="household",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="households.household",
                verbose_name="贫困户",
            ),
        ),
        migrations.AddField(
            model_name="visittaskevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="visits.visittask",
            ),
        ),
        migrations.AddField(
            model_name="visittaskevent",
            name="solved_by",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="解决人编号",
            ),
        ),
        migrations.AddField(
            model_name="visittaskevent",
            name="visit",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="visits.visit",
                verbose_name="民情日记",
            ),
        ),
        migrations.AddIndex(
            model_name="lastvisit",
            index=models.Index(fields=["division", "id"], name="last_visit_division"),
        ),
        migrations.AddIndex(
            model_name="lastvisit",
            index=models.Index(fields=["author", "visited_on"], name="last_visit_author"),
        ),
        migrations.AddConstraint(
            model_name="lastvisit",
            constraint=models.UniqueConstraint(fields=("household", "author"), name="last_visit_once"),
        ),
        migrations.AddIndex(
            model_name="visittask",
            index=models.Index(fields=["division", "id"], name="visit_task_division"),
        ),
        migrations.AddIndex(
            model_name="visittask",
            index=models.Index(
                condition=models.Q(("state", "open")), fields=["due_on", "division"], name="visit_task_due"
            ),
        ),
        migrations.AddIndex(
            model_name="visittask",
            index=models.Index(fields=["division", "raised_on"], name="visit_task_raised"),
        ),
        migrations.AddIndex(
            model_name="visittask",
            index=models.Index(fields=["author", "id"], name="visit_task_author"),
        ),
        migrations.AddIndex(
            model_name="visittask",
            index=models.Index(fields=["household", "id"], name="visit_task_household"),
        ),
        migrations.AddConstraint(
            model_name="visittask",
            constraint=models.UniqueConstraint(fields=("visit",), name="visit_task_once"),
        ),
        migrations.AddConstraint(
            model_name="visittask",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_on", None), ("solved_on", None), ("state", "open")),
                    models.Q(("closed_on", None), ("solved_on__isnull", False), ("state", "solved")),
                    models.Q(("closed_on__isnull", False), ("solved_on__isnull", False), ("state", "closed")),
                    _connector="OR",
                ),
                name="visit_task_state",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="visittask",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "visits_visittaskevent" ("author_id", "closed_by_name", "closed_on", "created_at", "division_id", "due_on", "household_id", "id", "owner", "owner_name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "problem", "raised_on", "remark", "solution", "solved_by_id", "solved_by_name", "solved_on", "state", "updated_at", "version", "visit_id") SELECT new_values."author_id", new_values."closed_by_name", new_values."closed_on", new_values."created_at", new_values."division_id", new_values."due_on", new_values."household_id", new_values."id", new_values."owner", new_values."owner_name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."problem", new_values."raised_on", new_values."remark", new_values."solution", new_values."solved_by_id", new_values."solved_by_name", new_values."solved_on", new_values."state", new_values."updated_at", new_values."version", new_values."visit_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="6a9cf7f75143e51f36dc2d1a19fd51187f9c8d9d",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_4b3b2",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="visits_visittask",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="visittask",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "visits_visittaskevent" ("author_id", "closed_by_name", "closed_on", "created_at", "division_id", "due_on", "household_id", "id", "owner", "owner_name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "problem", "raised_on", "remark", "solution", "solved_by_id", "solved_by_name", "solved_on", "state", "updated_at", "version", "visit_id") SELECT new_values."author_id", new_values."closed_by_name", new_values."closed_on", new_values."created_at", new_values."division_id", new_values."due_on", new_values."household_id", new_values."id", new_values."owner", new_values."owner_name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', new_values."id", new_values."problem", new_values."raised_on", new_values."remark", new_values."solution", new_values."solved_by_id", new_values."solved_by_name", new_values."solved_on", new_values."state", new_values."updated_at", new_values."version", new_values."visit_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="bf8b84ad952bfaadf6ad09c9e70fc59d692cda09",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_866c6",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="visits_visittask",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="visittaskevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="f38b46e09e065389535c2faeaedaf89655ac1cc8",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_0c607",
                    table="visits_visittaskevent",
                    when="BEFORE",
                ),
            ),
        ),
    ]
