from django.db import migrations

from apps.access import rls

OWN = f"user_id = {rls.setting('user', 'bigint')}"


class Migration(migrations.Migration):
    dependencies = [("pages", "0001_initial")]

    operations = [
        rls.protect("pages_exportjob", realm="audit", own="user_id", write=OWN),
        migrations.RunSQL(
            "ALTER TABLE pages_storedanswer ENABLE ROW LEVEL SECURITY;"
            "ALTER TABLE pages_storedanswer FORCE ROW LEVEL SECURITY;"
            f"CREATE POLICY own_answers ON pages_storedanswer USING ({OWN}) WITH CHECK ({OWN})",
            "DROP POLICY own_answers ON pages_storedanswer;"
            "ALTER TABLE pages_storedanswer NO FORCE ROW LEVEL SECURITY;"
            "ALTER TABLE pages_storedanswer DISABLE ROW LEVEL SECURITY",
        ),
    ]
