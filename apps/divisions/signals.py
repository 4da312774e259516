"""What other apps may wait for."""

from django.dispatch import Signal

# The list has been loaded (`using`: the alias written through); reference data that name a division can follow.
divisions_loaded = Signal()
