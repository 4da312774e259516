"""Benchmarks at full scale: what the platform does, each as a ratio to a floor measured in the same run.

`./dev bench [NAME …] [--scale N]` seeds a register of its own once per scale and runs `python -m bench`. Method: target
and floor are run in turn, in random order; the floor is run under two names, and their ratio (A/A) says how much of a
difference means nothing. Nothing here fails on a time; what must be equal is asserted.
"""
