"""The limits of a process that reads what strangers sent: it sets them on itself, before it reads anything.

Nothing else of the platform is imported here, so that such a process starts quickly and knows nothing.
"""

from __future__ import annotations


def confine(memory: int, seconds: int) -> None:
    """Let this process have no more than so many bytes of memory and seconds of work; never more than it may now."""
    try:
        import resource  # noqa: PLC0415  # POSIX only
    except ImportError:
        return
    for what, most in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, seconds)):
        hard = resource.getrlimit(what)[1]
        resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
