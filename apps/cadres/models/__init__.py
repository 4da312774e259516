from apps.cadres.models.card import Card
from apps.cadres.models.duty import Duty, TaskForce
from apps.cadres.models.people import Cadre, HelpingUnit

__all__ = ["Cadre", "Card", "Duty", "HelpingUnit", "TaskForce"]
