import { createServer } from 'node:http';
import { createYoga } from 'graphql-yoga';
import { schemaOf } from './resolvers.mjs';

createServer(createYoga({ schema: schemaOf(process.env.SUBGRAPH), maskedErrors: false, logging: false })).listen(
  Number(process.env.PORT),
  '127.0.0.1',
);
