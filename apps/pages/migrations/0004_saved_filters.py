import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from apps.access import rls

OWN = f"user_id = {rls.setting('user', 'bigint')}"


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("pages", "0003_import_batches"),
    ]

    operations = [
        migrations.CreateModel(
            name="SavedFilter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("resource", models.CharField(max_length=50, verbose_name="列表")),
                ("name", models.CharField(max_length=40, verbose_name="名称")),
                ("query", models.CharField(blank=True, max_length=2000, verbose_name="查询条件")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="保存时间")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="账户",
                    ),
                ),
            ],
            options={
                "verbose_name": "保存的筛选",
                "constraints": [models.UniqueConstraint(fields=("user", "resource", "name"), name="saved_filter_once")],
            },
        ),
        migrations.RunSQL(
            "ALTER TABLE pages_savedfilter ENABLE ROW LEVEL SECURITY;"
            "ALTER TABLE pages_savedfilter FORCE ROW LEVEL SECURITY;"
            f"CREATE POLICY own_filters ON pages_savedfilter USING ({OWN}) WITH CHECK ({OWN})",
            "DROP POLICY own_filters ON pages_savedfilter;"
            "ALTER TABLE pages_savedfilter NO FORCE ROW LEVEL SECURITY;"
            "ALTER TABLE pages_savedfilter DISABLE ROW LEVEL SECURITY",
        ),
    ]
