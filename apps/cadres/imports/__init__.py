"""Import of pairings: a workbook that says who helps which household from when."""
