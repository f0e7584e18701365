# The service for a place that has PostgreSQL and Redis: DATABASE_URL and REDIS_URL must be set (compose.yaml does it).
# Photos, spool and key are in /data: keep it in a volume.

FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o /nagorik .

FROM debian:bookworm-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates curl tzdata \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin nagorik \
 && install -d -o nagorik -g nagorik -m 0700 /data
COPY --from=build /nagorik /usr/local/bin/nagorik
USER nagorik
WORKDIR /data
ENV DATA_DIR=/data ADDR=:8080
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 \
  CMD ["curl", "--fail", "--silent", "--show-error", "--output", "/dev/null", "http://127.0.0.1:8080/healthz"]
ENTRYPOINT ["nagorik"]
CMD ["serve"]
