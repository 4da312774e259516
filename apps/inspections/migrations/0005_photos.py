"""Photos of on-site forms say who uploaded them when, like all photos; so far the author of their form did."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# Row-level security binds the owner too.
FILL = """
SELECT set_config('app.supervision_lo', '100000000000', true), set_config('app.supervision_hi', '999999999999', true);
UPDATE inspections_siteformphoto photo SET by_id = form.author_id, by_name = form.author_name
    FROM inspections_siteform form WHERE form.id = photo.form_id;
SELECT set_config('app.supervision_lo', '', true), set_config('app.supervision_hi', '', true);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("inspections", "0004_samples_row_security"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RenameField("siteformphoto", "received_at", "at"),
        migrations.AlterField("siteformphoto", "at", models.DateTimeField(verbose_name="上传时间")),
        migrations.AddField(
            "siteformphoto",
            "by",
            models.ForeignKey(
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="上传人",
            ),
        ),
        migrations.AddField(
            "siteformphoto",
            "by_name",
            models.CharField(blank=True, default="", editable=False, max_length=60, verbose_name="上传人姓名"),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
