# One image for every service: the command says which, such as `node dist/consumer/main.js`.

FROM node:22-slim AS dependencies
WORKDIR /app
# Address of a mirror of the npm registry, where there is one; empty means npm's own default.
ARG NPM_CONFIG_REGISTRY
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund --no-update-notifier

FROM node:22-slim AS build
WORKDIR /app
ARG NPM_CONFIG_REGISTRY
COPY package.json package-lock.json ./
# The embedded ClickHouse is among what is optional here: the compiler needs none of it.
RUN npm ci --omit=optional --ignore-scripts --no-audit --no-fund --no-update-notifier
COPY . .
RUN npm run build

FROM node:22-slim
ENV NODE_ENV=production HOST=0.0.0.0
WORKDIR /app
COPY package.json ./
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
# A volume that is mounted here for the first time gets this owner.
RUN mkdir -p /var/lib/tallyline/spool && chown node:node /var/lib/tallyline/spool
USER node
EXPOSE 3000 3001 3002
CMD ["node", "dist/ingest/main.js"]
