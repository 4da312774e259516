"""The Celery application and its timetable.

Beat only rings: a task that must run once per day keeps that in PostgreSQL, so two beats or a double click do nothing.
"""

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.prod")

app = Celery("poverty")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

app.conf.timezone = "Asia/Shanghai"
app.conf.beat_schedule = {
    "anchor-audit": {"task": "apps.history.tasks.anchor", "schedule": crontab(minute=5)},
    "nightly-crosschecks": {"task": "apps.crosschecks.tasks.nightly", "schedule": crontab(hour=1, minute=0)},
    "find-candidates": {"task": "apps.crosschecks.tasks.find_candidates", "schedule": crontab(hour=2, minute=0)},
    "sweep-expired-leases": {"task": "apps.crosschecks.tasks.sweep", "schedule": 60.0},
    "resume-imports": {"task": "apps.pages.imports.tasks.resume", "schedule": 60.0},
    "look-after-deliveries": {"task": "apps.datasets.tasks.look_after", "schedule": 60.0},
    "purge-datasets": {"task": "apps.datasets.tasks.purge", "schedule": crontab(hour=4, minute=0)},
    "purge-imports": {"task": "apps.pages.imports.tasks.purge", "schedule": crontab(hour=3, minute=30)},
    "close-unused-accounts": {
        "task": "apps.accounts.tasks.close_unused_accounts",
        "schedule": crontab(hour=2, minute=30),
    },
    "clear-sessions": {"task": "apps.accounts.tasks.clear_sessions", "schedule": crontab(hour=3, minute=0)},
    "lapse-exports": {"task": "apps.pages.tasks.lapse_exports", "schedule": crontab(minute=10)},
    "deliver-answers": {"task": "apps.partners.tasks.sweep", "schedule": 60.0},
    "purge-search-jobs": {"task": "apps.partners.tasks.purge", "schedule": crontab(hour=3, minute=45)},
    "look-after-photos": {"task": "apps.visits.tasks.look_after_photos", "schedule": 60.0},
    "look-after-visits": {"task": "apps.visits.tasks.look_after", "schedule": crontab(hour=0, minute=20)},
    "advance-notices": {"task": "apps.notices.tasks.advance", "schedule": crontab(minute=20)},
    "reconcile-funds": {"task": "apps.funds.tasks.reconcile", "schedule": crontab(minute=35)},
    "climb-ladder": {"task": "apps.problems.tasks.climb_ladder", "schedule": crontab(hour=1, minute=10)},
    "verify-ledger": {"task": "apps.funds.tasks.verify_ledger", "schedule": crontab(hour=0, minute=50)},
    # Every night of January: whoever was down on the first goes on.
    "close-last-year": {
        "task": "apps.funds.tasks.close_last_year",
        "schedule": crontab(month_of_year=1, hour=0, minute=30),
    },
    "resume-assessments": {"task": "apps.assessments.tasks.look_after", "schedule": 60.0},
    "finish-assessments": {"task": "apps.assessments.tasks.finish", "schedule": crontab(hour=0, minute=40)},
    "purge-exports": {"task": "apps.pages.tasks.purge_exports", "schedule": crontab(minute=15)},
}
