# Build: everything is bundled, and the image's files are laid out.
FROM node:26-bookworm-slim AS build
WORKDIR /src
# Node is linked to it, and the slim image may lack it.
RUN apt-get update -q && apt-get install -qy --no-install-recommends libatomic1
COPY package.json package-lock.json ./
RUN npm ci
COPY tsconfig.json LICENSE ./
COPY scripts scripts
COPY shared shared
COPY controller controller
COPY speaker speaker
COPY cli cli
RUN npm run build && npm run image -- /image

# Node, the libraries that it is linked to, and the bundles: no shell, no package manager.
FROM scratch
LABEL org.opencontainers.image.title="Herald" \
      org.opencontainers.image.description="A bare-metal LoadBalancer for Kubernetes" \
      org.opencontainers.image.licenses="Apache-2.0 AND MIT AND ISC AND LGPL-2.1-or-later AND (GPL-3.0-or-later WITH GCC-exception-3.1)"
COPY --from=build /image /
ENV NODE_ENV=production
WORKDIR /app
# The speaker's manifest sets user 0 for its raw sockets; the controller runs as this user.
USER 65532:65532
ENTRYPOINT ["/usr/bin/node"]
CMD ["controller.mjs"]
