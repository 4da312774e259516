from apps.cadres.models.attendance import Attendance
from apps.cadres.models.card import Card
from apps.cadres.models.chief import CountyChief
from apps.cadres.models.duty import Duty, TaskForce
from apps.cadres.models.home_check import HomeCheck
from apps.cadres.models.people import Cadre, HelpingUnit

__all__ = ["Attendance", "Cadre", "Card", "CountyChief", "Duty", "HelpingUnit", "HomeCheck", "TaskForce"]
