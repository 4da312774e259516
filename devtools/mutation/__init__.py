"""Taking the walls down one stone at a time: a plugin of pytest that `./dev walls` runs the access tests with.

Several processes share the work, each with a database of its own. First the tests are run as things are, which notes
the guards that each test, and each request of the walk over all addresses, passes. Then each guard is let through,
and only what passes it is asked again, until something fails. Policies are dropped and widened in the transaction of
the world of the access tests and come back with its end.
"""

from __future__ import annotations

import os
from typing import Any

from devtools.mutation import guards

if os.environ["WALLS_MODE"] == "guards":
    # Now: the applications are imported when the settings are read.
    guards.install()


def pytest_configure(config: Any) -> None:
    """Register the plugin that the mode asks for; it is imported here, after the guards are in place."""
    from devtools.mutation.asking import Guards
    from devtools.mutation.policies import Policies

    plugin = Guards() if os.environ["WALLS_MODE"] == "guards" else Policies()
    config.pluginmanager.register(plugin, "walls")
    plugin.prepare()
