"""Demonstration data: a made-up register at a chosen scale, calibrated to published totals, reproducible by seed.

`calibration` holds the figures, `plan` decides how many households of which kind stand where, `families` makes each
household from its place in the plan, `planting` contradicts some of them on purpose, and `writing` brings them into
the database. Everything above `writing` is pure: the same seed and scale give the same records without a database.

No person, number or case is real. ID numbers carry the unassigned prefix 1599, mobile numbers and bank cards begin
with digits that are not in use.
"""
