"""What changes the division tree: loading the list, and re-coding units that merge, split or are renumbered."""

from apps.divisions.services.loading import Loaded, load, load_historical_codes
from apps.divisions.services.recoding import Recoded, recode

__all__ = ["Loaded", "Recoded", "load", "load_historical_codes", "recode"]
