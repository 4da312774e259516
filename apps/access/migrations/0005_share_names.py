from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0004_row_security"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField("share", "urgent", models.BooleanField("紧急查阅", default=False)),
        migrations.AddField(
            "share", "user_name", models.CharField("账户姓名", max_length=60, default=""), preserve_default=False
        ),
        migrations.AddField(
            "share", "shared_by_name", models.CharField("共享人姓名", max_length=60, default=""), preserve_default=False
        ),
        migrations.AddField(
            "share", "withdrawn_by_name", models.CharField("撤回人", blank=True, default="", max_length=60)
        ),
        migrations.AddConstraint(
            "share",
            models.CheckConstraint(condition=Q(valid_until__gt=F("created_at")), name="share_ends_after_begin"),
        ),
        migrations.AddConstraint(
            "share",
            models.CheckConstraint(
                condition=Q(urgent=False) | Q(user=F("shared_by")), name="share_urgent_is_for_oneself"
            ),
        ),
    ]
