# syntax=docker/dockerfile:1
# `docker build -t cratebase .`: the server with its admin UI on a base that has a C library, roots of trust, and no shell.
# Not a static binary on an empty base: musl's allocator costs more processor time than the 20 MB are worth.

FROM node:22-bookworm-slim AS ui
WORKDIR /build/admin-ui
COPY admin-ui/package.json admin-ui/package-lock.json admin-ui/.npmrc ./
RUN --mount=type=cache,target=/root/.npm npm ci
COPY admin-ui ./
RUN npm run build

FROM rust:1.95-bookworm AS server
WORKDIR /build
COPY Cargo.toml Cargo.lock build.rs config.toml.example ./
COPY benches benches
COPY .cargo .cargo
COPY migrations migrations
COPY src src
COPY admin-ui admin-ui
COPY --from=ui /build/admin-ui/build admin-ui/build
# The page is newer than its sources, whatever times copying has left, or it would be built again.
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/build/target \
    touch admin-ui/build/index.html \
    && cargo build --release --locked --bin cratebase \
    && install -D target/release/cratebase /image/usr/bin/cratebase \
    && mkdir -p /image/data /image/public

FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=server /image/usr/bin/cratebase /usr/bin/cratebase
# A volume that is mounted here for the first time takes over whose it is.
COPY --from=server --chown=nonroot:nonroot /image/data /data
COPY --from=server /image/public /public
# Replaced by a file that is mounted in its place.
COPY packaging/container.toml /etc/cratebase/cratebase.toml
WORKDIR /etc/cratebase
VOLUME /data
EXPOSE 8090
HEALTHCHECK --interval=30s --timeout=12s --start-period=15s CMD ["/usr/bin/cratebase", "health"]
ENTRYPOINT ["/usr/bin/cratebase"]
CMD ["serve"]
