from apps.cadres.models.attendance import Attendance
from apps.cadres.models.card import Card
from apps.cadres.models.duty import Duty, TaskForce
from apps.cadres.models.people import Cadre, HelpingUnit

__all__ = ["Attendance", "Cadre", "Card", "Duty", "HelpingUnit", "TaskForce"]
