from apps.villages.models.village import LISTED, Village
from apps.villages.models.year import GROUPS, HOUSEHOLD_COUNTS, PERSON_COUNTS, VillageYear

__all__ = ["GROUPS", "HOUSEHOLD_COUNTS", "LISTED", "PERSON_COUNTS", "Village", "VillageYear"]
