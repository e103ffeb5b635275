# One image for every process of Paraph: serve, worker, migrate and all other commands.
# To pin the base for good, write its digest behind the tag: python:3.11-slim@sha256:...
FROM python:3.11-slim AS build
RUN python -m venv /venv
COPY requirements.txt /
RUN /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r /requirements.txt

FROM python:3.11-slim
RUN groupadd --gid 10001 paraph \
 && useradd --uid 10001 --gid paraph --no-create-home --home-dir /var/lib/paraph --shell /usr/sbin/nologin paraph \
 && install -d -o paraph -g paraph -m 0700 /var/lib/paraph /var/lib/paraph/blobs
COPY --from=build /venv /venv
WORKDIR /srv/paraph
COPY LICENSE manifest.json ./
COPY b24app b24app
COPY placement_handlers placement_handlers
COPY static static
COPY templates templates
RUN /venv/bin/python -m compileall -q b24app placement_handlers
ENV PATH=/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PARAPH_BIND=0.0.0.0:8700 \
    PARAPH_DATA_DIR=/var/lib/paraph
USER 10001:10001
VOLUME /var/lib/paraph
EXPOSE 8700
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8700/readyz', timeout=4)"]
ENTRYPOINT ["python", "-m", "b24app"]
CMD ["serve"]
