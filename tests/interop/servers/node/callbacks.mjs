// A subgraph whose subscriptions come by Apollo Server's own plugin for the HTTP callback protocol. `open` counts those that run.
import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginSubscriptionCallback } from '@apollo/server/plugin/subscriptionCallback';
import { startStandaloneServer } from '@apollo/server/standalone';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse } from 'graphql';

const typeDefs = parse(`
  type Query { open: Int! }
  type Subscription { ticks(to: Int): Tick! }
  type Tick { number: Int! }
`);
let open = 0;

async function* ticks(_, { to }) {
  open += 1;
  try {
    for (let number = 1; to === null || to === undefined || number <= to; number += 1) {
      yield { ticks: { number } };
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  } finally {
    open -= 1;
  }
}

const resolvers = { Query: { open: () => open }, Subscription: { ticks: { subscribe: ticks } } };
const server = new ApolloServer({
  schema: buildSubgraphSchema({ typeDefs, resolvers }),
  plugins: [ApolloServerPluginSubscriptionCallback({ maxConsecutiveHeartbeatFailures: 1 })],
});
await startStandaloneServer(server, { listen: { port: Number(process.env.PORT), host: '127.0.0.1' } });
