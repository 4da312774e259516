"""Every pairing there is gets its cadre's file, made from the account it was written for; its history is protected."""

from collections import defaultdict

from django.db import migrations

from apps.access import rls
from apps.common.numbers import helper_code

SCOPE = """
SELECT set_config('app.register_lo', %s, true), set_config('app.register_hi', %s, true),
       set_config('app.accounts_lo', %s, true), set_config('app.accounts_hi', %s, true)
"""
EVERYWHERE, NOWHERE = ("100000000000", "999999999999") * 2, ("", "") * 2


def fill(apps, editor):
    with editor.connection.cursor() as cursor:
        # Row-level security binds the owner too.
        cursor.execute(SCOPE, EVERYWHERE)
        cursor.execute(
            "SELECT id, name, division_id FROM accounts_user"
            " WHERE id IN (SELECT helper_id FROM access_pairing WHERE cadre_id IS NULL) ORDER BY id"
        )
        given = defaultdict(int)
        for account, name, division in cursor.fetchall():
            place = division // 10**6
            given[place] += 1
            code = helper_code(place, given[place])
            cursor.execute(
                "INSERT INTO cadres_cadre (code, name, rank, post, account_id, division_id, version, created_at,"
                " updated_at) VALUES (%s, %s, '', '', %s, %s, 1, now(), now()) RETURNING id",
                [code, name, account, division],
            )
            (cadre,) = cursor.fetchone()
            cursor.execute(
                "UPDATE access_pairing SET cadre_id = %s, name = %s WHERE helper_id = %s", [cadre, name, account]
            )
        for place, last in given.items():
            cursor.execute(
                "INSERT INTO households_codecounter (division_id, last) VALUES (%s, %s)", [place * 10**6, last]
            )
        cursor.execute(SCOPE, NOWHERE)


class Migration(migrations.Migration):
    dependencies = [("access", "0008_pairing_of_cadres"), ("cadres", "0002_row_security")]

    operations = [
        rls.protect("access_pairingevent", household="household_id", append_only=True),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
