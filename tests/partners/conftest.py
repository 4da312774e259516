import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def fresh_counts():
    """Limits and nonces of one test are none of the next one's business."""
    cache.clear()
    yield
    cache.clear()
