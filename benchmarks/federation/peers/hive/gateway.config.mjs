import { defineConfig } from '@graphql-hive/gateway';
import { unifiedGraphHandler } from '@graphql-hive/router-runtime';

export const gatewayConfig = defineConfig({
  supergraph: process.env.SUPERGRAPH,
  host: '127.0.0.1',
  port: Number(process.env.PORT),
  logging: 'error',
  ...(process.env.ENGINE === 'rust' ? { unifiedGraphHandler } : {}),
  ...(process.env.SHARING === 'whole' ? { inboundInflightRequestDeduplication: true } : {}),
  ...(process.env.SHARING === 'none'
    ? { transportEntries: { '*.http': { options: { deduplicateInflightRequests: false } } } }
    : {}),
});
