import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { schemaOf } from './resolvers.mjs';

const server = new ApolloServer({ schema: schemaOf(process.env.SUBGRAPH) });
await startStandaloneServer(server, { listen: { port: Number(process.env.PORT), host: '127.0.0.1' } });
