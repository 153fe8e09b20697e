FROM python:3.13-slim AS packages
WORKDIR /build
COPY requirements.txt .
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes --no-deps --only-binary :all: -r requirements.txt

FROM python:3.13-slim
# manage.py means development when this is unset, so that here it must not be.
ENV EVENHAND_ENV=production \
    DJANGO_SETTINGS_MODULE=config.settings \
    PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin evenhand
WORKDIR /app
COPY --from=packages /opt/venv /opt/venv
COPY . .
# Collecting needs settings, but neither a secret nor a database: these values are gone after the line.
RUN SECRET_KEY=collectstatic ALLOWED_HOSTS=localhost DATABASE_URL=postgres://localhost/none \
    python manage.py collectstatic --noinput --verbosity 0
USER evenhand
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 CMD ["python", "-m", "config.healthcheck"]
# No access log: addresses carry what people search for, names included; the proxy's log is yours to configure.
# More processes: WEB_CONCURRENCY, which uvicorn reads. Each holds up to DB_POOL_SIZE + 1 database connections.
CMD ["uvicorn", "config.asgi:application", "--host", "0.0.0.0", "--port", "8000", "--lifespan", "off", "--timeout-graceful-shutdown", "3", "--no-server-header", "--no-access-log"]
