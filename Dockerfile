# Built from a checkout: docker build -t meshscrape:0.1.0 .
FROM node:24.21.0-bookworm-slim AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json ./
COPY src ./src
COPY deploy ./deploy
RUN npm run bundle

# No shell and no package manager; the tag `nonroot` runs as user 65532. Nothing is ever written to the file system.
FROM gcr.io/distroless/nodejs24-debian12:nonroot
LABEL org.opencontainers.image.title="meshscrape" \
      org.opencontainers.image.description="Keeps a Prometheus that you run yourself scraping an Istio mesh over mutual TLS" \
      org.opencontainers.image.licenses="Apache-2.0"
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /src/dist/meshscrape.mjs ./
USER 65532:65532
EXPOSE 8080
# Much is thrown away quickly here: these two keep the resident memory small (npm run bench).
ENTRYPOINT ["/nodejs/bin/node", "--max-semi-space-size=8", "--optimize-for-size", "/app/meshscrape.mjs"]
CMD ["controller"]
