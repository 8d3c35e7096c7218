# A server in a container: `docker build -t cfg-server .`, and then as examples/compose and examples/kubernetes show.
# It is built from this repository, by the same tarballs that npm gets.
FROM node:24-slim AS build
WORKDIR /src
COPY . .
WORKDIR /app
RUN npm init -y && node /src/tools/install.mjs @cfg/server --omit=dev --ignore-scripts --no-audit --no-fund

# Nothing of what is installed is compiled, so that it runs with any C library.
FROM node:24-alpine
ENV NODE_ENV=production \
    CFG_GRPC=0.0.0.0:9090 \
    CFG_HTTP=0.0.0.0:8080 \
    CFG_STORE=sqlite:/data/config.db
COPY --from=build /app /app
RUN mkdir /data && chown 1000:1000 /data
# The file system may be read-only but for /data.
VOLUME /data
USER 1000:1000
EXPOSE 9090 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=6s --start-period=20s CMD ["node", "/app/node_modules/@cfg/server/dist/main.js", "health"]
ENTRYPOINT ["node", "--max-semi-space-size=16", "/app/node_modules/@cfg/server/dist/main.js"]
