"""Signing keys that overlap and end, addresses to deliver to, what clients asked each day, searches answered later."""

import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import apps.common.fields
import apps.partners.validators


class Migration(migrations.Migration):
    dependencies = [
        ("divisions", "0001_initial"),
        ("partners", "0002_row_security"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ClientDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(verbose_name="日期")),
                ("questions", models.PositiveIntegerField(default=0, verbose_name="查询次数")),
                ("hits", models.PositiveIntegerField(default=0, verbose_name="命中次数")),
                ("refusals", models.PositiveIntegerField(default=0, verbose_name="被拒绝次数")),
            ],
            options={
                "verbose_name": "接口调用统计",
            },
        ),
        migrations.CreateModel(
            name="SearchJob",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("correlation_id", models.UUIDField(default=uuid.uuid4, unique=True, verbose_name="关联编号")),
                ("transaction_id", models.CharField(max_length=99, verbose_name="交易编号")),
                ("callback", models.CharField(max_length=200, verbose_name="回调地址")),
                (
                    "scopes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), size=None, verbose_name="数据权限"
                    ),
                ),
                ("address", models.GenericIPAddressField(null=True, verbose_name="网络地址")),
                (
                    "questions",
                    apps.common.fields.SealedField(editable=False, kind="secret", null=True, verbose_name="查询内容"),
                ),
                ("count", models.PositiveSmallIntegerField(verbose_name="查询条数")),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "等待投递"), ("delivered", "已投递"), ("failed", "投递失败")],
                        default="waiting",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="投递次数")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="创建时间")),
                ("next_at", models.DateTimeField(null=True, verbose_name="下次投递时间")),
                ("finished_at", models.DateTimeField(null=True, verbose_name="结束时间")),
                ("problem", models.CharField(blank=True, default="", max_length=60, verbose_name="最近的问题")),
            ],
            options={
                "verbose_name": "异步查询",
            },
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="client",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="client",
            name="update_update",
        ),
        migrations.AddField(
            model_name="client",
            name="callbacks",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=200, validators=[apps.partners.validators.validate_callback]),
                blank=True,
                default=list,
                size=None,
                verbose_name="回调地址",
            ),
        ),
        # A sealed field is written with its row only, so Django cannot add the column: not even for an empty value.
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "ALTER TABLE partners_client ADD COLUMN former_key bytea NULL",
                    "ALTER TABLE partners_client DROP COLUMN former_key",
                ),
            ],
            state_operations=[
                migrations.AddField(
                    model_name="client",
                    name="former_key",
                    field=apps.common.fields.SealedField(
                        blank=True, editable=False, kind="secret", null=True, verbose_name="原签名密钥"
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="client",
            name="former_key_until",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="原签名密钥有效期至"),
        ),
        migrations.AddField(
            model_name="client",
            name="must_sign",
            field=models.BooleanField(default=False, editable=False, verbose_name="请求须签名"),
        ),
        migrations.AddField(
            model_name="clientevent",
            name="callbacks",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=200, validators=[apps.partners.validators.validate_callback]),
                blank=True,
                default=list,
                size=None,
                verbose_name="回调地址",
            ),
        ),
        migrations.AddField(
            model_name="clientevent",
            name="must_sign",
            field=models.BooleanField(default=False, editable=False, verbose_name="请求须签名"),
        ),
        migrations.AlterField(
            model_name="clientevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="division_name_user_contact_purpose_scopes_networks_valid_until_rate_limit_enabled_callbacks_must_sign_events",
                to=settings.OAUTH2_PROVIDER_APPLICATION_MODEL,
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="client",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "partners_clientevent" ("callbacks", "contact", "division_id", "enabled", "must_sign", "name", "networks", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "purpose", "rate_limit", "scopes", "user_id", "valid_until") SELECT new_values."callbacks", new_values."contact", new_values."division_id", new_values."enabled", new_values."must_sign", new_values."name", new_values."networks", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."purpose", new_values."rate_limit", new_values."scopes", new_values."user_id", new_values."valid_until" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="a3b1f1cd76296daa19966dbbaf6c5a6449bc542d",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_028fc",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="partners_client",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="client",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "partners_clientevent" ("callbacks", "contact", "division_id", "enabled", "must_sign", "name", "networks", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "purpose", "rate_limit", "scopes", "user_id", "valid_until") SELECT new_values."callbacks", new_values."contact", new_values."division_id", new_values."enabled", new_values."must_sign", new_values."name", new_values."networks", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', new_values."id", new_values."purpose", new_values."rate_limit", new_values."scopes", new_values."user_id", new_values."valid_until" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."callbacks" IS DISTINCT FROM (new_values."callbacks") OR old_values."contact" IS DISTINCT FROM (new_values."contact") OR old_values."division_id" IS DISTINCT FROM (new_values."division_id") OR old_values."enabled" IS DISTINCT FROM (new_values."enabled") OR old_values."must_sign" IS DISTINCT FROM (new_values."must_sign") OR old_values."name" IS DISTINCT FROM (new_values."name") OR old_values."networks" IS DISTINCT FROM (new_values."networks") OR old_values."purpose" IS DISTINCT FROM (new_values."purpose") OR old_values."rate_limit" IS DISTINCT FROM (new_values."rate_limit") OR old_values."scopes" IS DISTINCT FROM (new_values."scopes") OR old_values."user_id" IS DISTINCT FROM (new_values."user_id") OR old_values."valid_until" IS DISTINCT FROM (new_values."valid_until")) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="e86f8d8e0d45cde3779219140abb1921002fe6a7",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_6afd4",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="partners_client",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="client",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("former_key", None), ("former_key_until", None)),
                    models.Q(("former_key__isnull", False), ("former_key_until__isnull", False)),
                    _connector="OR",
                ),
                name="client_former_key_ends",
            ),
        ),
        migrations.AddField(
            model_name="clientday",
            name="client",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="%(class)ss",
                to=settings.OAUTH2_PROVIDER_APPLICATION_MODEL,
                verbose_name="接口客户端",
            ),
        ),
        migrations.AddField(
            model_name="clientday",
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
            model_name="clientday",
            name="user",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="账户",
            ),
        ),
        migrations.AddField(
            model_name="searchjob",
            name="client",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="%(class)ss",
                to=settings.OAUTH2_PROVIDER_APPLICATION_MODEL,
                verbose_name="接口客户端",
            ),
        ),
        migrations.AddField(
            model_name="searchjob",
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
            model_name="searchjob",
            name="user",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="账户",
            ),
        ),
        migrations.AddIndex(
            model_name="clientday",
            index=models.Index(fields=["day", "id"], name="client_day_latest"),
        ),
        migrations.AddIndex(
            model_name="clientday",
            index=models.Index(fields=["division", "id"], name="client_day_division"),
        ),
        migrations.AddConstraint(
            model_name="clientday",
            constraint=models.UniqueConstraint(fields=("day", "client"), name="client_day_once"),
        ),
        migrations.AddIndex(
            model_name="searchjob",
            index=models.Index(fields=["state", "next_at"], name="search_job_due"),
        ),
        migrations.AddIndex(
            model_name="searchjob",
            index=models.Index(fields=["division", "id"], name="search_job_division"),
        ),
        migrations.AddConstraint(
            model_name="searchjob",
            constraint=models.UniqueConstraint(fields=("client", "transaction_id"), name="search_job_once"),
        ),
        migrations.AddConstraint(
            model_name="searchjob",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("next_at__isnull", False), ("questions__isnull", False), ("state", "waiting")),
                    models.Q(models.Q(("state", "waiting"), _negated=True), ("next_at", None), ("questions", None)),
                    _connector="OR",
                ),
                name="search_job_ends_empty",
            ),
        ),
    ]
