"""The one page that a load balancer or a start script asks: are we up, and is it really us?"""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@require_safe
@never_cache
@login_not_required
def healthz(request: HttpRequest) -> JsonResponse:
    """200 with the token of this installation when the database answers, else 503; says nothing more."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"status": "unavailable", "install": settings.INSTALL_TOKEN}, status=503)
    return JsonResponse({"status": "ok", "install": settings.INSTALL_TOKEN})
