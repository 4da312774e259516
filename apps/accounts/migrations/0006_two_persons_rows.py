"""The new tables behind row-level security; posts that stand alone are marked, and kept apart by the database."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
from django.db import migrations, models

from apps.access import rls


class Migration(migrations.Migration):
    # The history of posts is written by a function of pghistory's.
    dependencies = [("accounts", "0005_two_persons"), ("pghistory", "0007_auto_20250421_0444")]

    operations = [
        rls.own_only("accounts_securitykey"),
        rls.own_only("accounts_keychallenge"),
        rls.own_only("accounts_notice"),
        rls.protect("accounts_reset", realm="accounts", own="user_id"),
        # The owner is bound by the policies as well: for these statements it sees every account's posts.
        migrations.RunSQL(
            "SELECT set_config('app.accounts_lo', '0', true), set_config('app.accounts_hi', '999999999999', true);\n"
            "UPDATE accounts_post SET apart = g.name FROM auth_group g "
            "WHERE g.id = role_id AND g.name IN "
            "('system_administrator', 'security_administrator', 'audit_administrator', 'api_client');\n"
            "SELECT set_config('app.accounts_lo', '', true), set_config('app.accounts_hi', '', true)",
            migrations.RunSQL.noop,
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    ("user", "="),
                    ("apart", "<>"),
                    (models.Func("valid_from", "valid_until", function="tstzrange"), "&&"),
                ],
                name="post_roles_apart",
                violation_error_message="管理员角色不能与其他角色由同一账户担任。",
            ),
        ),
    ]
