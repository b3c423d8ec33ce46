// A subgraph whose subscriptions come by Apollo Server's own plugin for the HTTP callback protocol. `open` counts those that run.
import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginSubscriptionCallback } from '@apollo/server/plugin/subscriptionCallback';
import { startStandaloneServer } from '@apollo/server/standalone';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse } from 'graphql';

const typeDefs = parse(`
  type Query { open: Int! process: Int! }
  type Subscription { ticks(to: Int, pause: Int! = 20): Tick! breaks: Tick! refuses: Tick! }
  type Tick { number: Int! odd: Int }
`);
let open = 0;

async function* ticks(_, { to, pause }) {
  open += 1;
  try {
    for (let number = 1; to === null || to === undefined || number <= to; number += 1) {
      yield { ticks: { number } };
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  } finally {
    open -= 1;
  }
}

async function* breaks() {
  yield { breaks: { number: 1 } };
  throw new Error('broken');
}

function refuses() {
  throw new Error('refused');
}

function odd({ number }) {
  if (number % 2 === 0) throw new Error('even');
  return number;
}

const resolvers = {
  Query: { open: () => open, process: () => process.pid },
  Subscription: { ticks: { subscribe: ticks }, breaks: { subscribe: breaks }, refuses: { subscribe: refuses } },
  Tick: { odd },
};
const server = new ApolloServer({
  schema: buildSubgraphSchema({ typeDefs, resolvers }),
  plugins: [ApolloServerPluginSubscriptionCallback({ maxConsecutiveHeartbeatFailures: 1 })],
});
await startStandaloneServer(server, { listen: { port: Number(process.env.PORT), host: '127.0.0.1' } });
