# Build: everything is bundled; only koffi's native module stays a package.
FROM node:26-bookworm-slim AS build
WORKDIR /src
COPY package.json package-lock.json ./
RUN npm ci
COPY tsconfig.json ./
COPY scripts scripts
COPY shared shared
COPY controller controller
COPY speaker speaker
RUN npm run build \
 && mkdir -p /app/node_modules \
 && cp dist/*.mjs dist/*.LEGAL.txt /app/ \
 && cp -r node_modules/koffi node_modules/@koromix /app/node_modules/

FROM node:26-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app ./
COPY LICENSE ./
# The speaker's manifest sets user 0 for its raw sockets; the controller runs as this user.
USER 65532:65532
ENTRYPOINT ["node"]
CMD ["controller.mjs"]
