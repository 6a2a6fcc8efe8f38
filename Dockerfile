# Debian, because the embedded PostgreSQL is not built for Alpine.
FROM node:24-bookworm-slim AS build
WORKDIR /concordat
COPY package.json package-lock.json .npmrc ./
COPY scripts scripts
RUN npm ci --no-audit --no-fund --ignore-scripts
COPY . .
RUN npm run build && npm prune --omit=dev --ignore-scripts

FROM node:24-bookworm-slim
WORKDIR /concordat
ENV NODE_ENV=production
COPY --from=build /concordat/package.json ./
COPY --from=build /concordat/node_modules node_modules
COPY --from=build /concordat/bin bin
COPY --from=build /concordat/dist dist
COPY --from=build /concordat/dashboard/dist dashboard/dist
COPY --from=build /concordat/schema schema
RUN ln -s /concordat/bin/concordat.js /usr/local/bin/concordat
# The contract is the folder `contract` of the working directory, so that no command has to name it.
WORKDIR /
USER node
EXPOSE 8080
ENTRYPOINT ["node", "--max-semi-space-size=32", "/concordat/bin/concordat.js"]
CMD ["serve", "--host", "0.0.0.0"]
