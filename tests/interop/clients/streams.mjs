// npm's own clients subscribe and defer at process.env.URL; one line of JSON for each check.
import assert from "node:assert/strict";
import { ApolloClient, HttpLink, InMemoryCache, gql } from "@apollo/client";
import { Defer20220824Handler, GraphQL17Alpha9Handler } from "@apollo/client/incremental";
import { Client, fetchExchange, subscriptionExchange } from "@urql/core";
import { createClient as createSse } from "graphql-sse";
import { createClient as createWs } from "graphql-ws";
import { meros } from "meros/browser";
import { SubscriptionClient } from "subscriptions-transport-ws";
import WebSocket from "ws";

const url = process.env.URL;
const socketUrl = url.replace("http", "ws");
const TICKS = "subscription { ticks(to: 3) { number } }";
const DEFERRED = "query { hello ... @defer(label: \"later\") { name(number: 1) } }";
const EXPECTED = [1, 2, 3];

const numbers = (results) => results.map((result) => result.data.ticks.number);

/** All that an observable gives, until it completes. */
const collect = (observable) =>
  new Promise((resolve, reject) => {
    const found = [];
    observable.subscribe({ next: (value) => found.push(value), error: reject, complete: () => resolve(found) });
  });

async function iterate(iterable) {
  const found = [];
  for await (const value of iterable) found.push(value);
  return found;
}

function apollo(incrementalHandler) {
  return new ApolloClient({ link: new HttpLink({ uri: url }), cache: new InMemoryCache(), incrementalHandler });
}

/** Every state of a watched deferred query, until all of it is there. */
function states(client) {
  return new Promise((resolve, reject) => {
    const seen = [];
    client.watchQuery({ query: gql(DEFERRED) }).subscribe({
      next(result) {
        if (result.error) reject(result.error);
        if (result.data) seen.push({ ...result.data });
        if (result.data?.name) resolve(seen);
      },
      error: reject,
    });
  });
}

async function deferredByApollo(handler) {
  const seen = await states(apollo(handler));
  assert.equal(seen.at(0).hello, "world");
  assert.equal(seen.at(0).name, undefined);
  assert.equal(seen.at(-1).name, "number 1");
}

/** All events that Apollo's client hands over; it asks for its own form first, unless `fetch` is told otherwise. */
async function eventsByApollo(spec, incrementalHandler) {
  const accept = `multipart/mixed;${spec}, application/json`;
  const link = new HttpLink({ uri: url, fetch: (to, options) => fetch(to, { ...options, headers: { ...options.headers, accept } }) });
  const client = new ApolloClient({ link, cache: new InMemoryCache(), incrementalHandler });
  const events = numbers(await collect(client.subscribe({ query: gql(TICKS) })));
  assert.deepEqual(events.slice(0, 3), EXPECTED);
  assert.ok(events.slice(3).every((number) => number === 3), "the part that ends the stream may repeat the last event, and no other");
}

/** The JSON of all parts of a response. */
async function partsByMeros(query, accept) {
  const headers = { "content-type": "application/json", accept: `${accept}, application/json` };
  const parts = await meros(await fetch(url, { method: "POST", headers, body: JSON.stringify({ query }) }));
  return (await iterate(parts)).map(({ json, body }) => (assert.ok(json), body));
}

const CHECKS = {
  async "graphql-ws: subscription"() {
    const client = createWs({ url: socketUrl, webSocketImpl: WebSocket });
    assert.deepEqual(numbers(await iterate(client.iterate({ query: TICKS }))), EXPECTED);
    await client.dispose();
  },
  async "graphql-ws: query and mutation"() {
    const client = createWs({ url: socketUrl, webSocketImpl: WebSocket });
    assert.deepEqual(await iterate(client.iterate({ query: "{ hello }" })), [{ data: { hello: "world" } }]);
    assert.deepEqual(await iterate(client.iterate({ query: "mutation { double(number: 4) }" })), [{ data: { double: 8 } }]);
    await client.dispose();
  },
  async "graphql-ws: validation errors"() {
    const client = createWs({ url: socketUrl, webSocketImpl: WebSocket });
    await assert.rejects(iterate(client.iterate({ query: "{ nothing }" })));
    await client.dispose();
  },
  async "subscriptions-transport-ws: subscription"() {
    const client = new SubscriptionClient(socketUrl, {}, WebSocket);
    const found = await new Promise((resolve, reject) => {
      const seen = [];
      client.request({ query: TICKS }).subscribe({ next: (v) => seen.push(v), error: reject, complete: () => resolve(seen) });
    });
    assert.deepEqual(numbers(found), EXPECTED);
    client.close();
  },
  async "graphql-sse: subscription"() {
    const client = createSse({ url, headers: { "apollo-require-preflight": "1" } });
    assert.deepEqual(numbers(await iterate(client.iterate({ query: TICKS }))), EXPECTED);
    client.dispose();
  },
  async "graphql-sse: query"() {
    const client = createSse({ url });
    assert.deepEqual(await iterate(client.iterate({ query: "{ hello }" })), [{ data: { hello: "world" } }]);
    client.dispose();
  },
  async "@apollo/client: query"() {
    const { data } = await apollo().query({ query: gql`query { hello }` });
    assert.equal(data.hello, "world");
  },
  async "@apollo/client: multipart subscription"() {
    assert.deepEqual(numbers(await collect(apollo().subscribe({ query: gql(TICKS) }))), EXPECTED);
  },
  "@apollo/client: subscription, deferSpec=20220824": () => eventsByApollo("deferSpec=20220824", new Defer20220824Handler()),
  "@apollo/client: subscription, incrementalSpec=v0.2": () => eventsByApollo("incrementalSpec=v0.2", new GraphQL17Alpha9Handler()),
  "@apollo/client: defer, deferSpec=20220824": () => deferredByApollo(new Defer20220824Handler()),
  "@apollo/client: defer, incrementalSpec=v0.2": () => deferredByApollo(new GraphQL17Alpha9Handler()),
  async "meros: subscription, bare parts"() {
    assert.deepEqual(numbers(await partsByMeros(TICKS, "multipart/mixed")), EXPECTED);
  },
  async "meros: subscription, deferSpec=20220824"() {
    const parts = await partsByMeros(TICKS, "multipart/mixed;deferSpec=20220824");
    assert.deepEqual(parts.pop(), { hasNext: false });
    assert.deepEqual(numbers(parts), EXPECTED);
    assert.ok(parts.every(({ hasNext }) => hasNext));
  },
  async "urql: subscription, incrementalSpec=v0.2"() {
    const fetchOptions = { headers: { accept: "multipart/mixed;incrementalSpec=v0.2, application/json" } };
    const client = new Client({ url, fetchOptions, exchanges: [fetchExchange], fetchSubscriptions: true, preferGetMethod: false });
    assert.deepEqual(numbers(await urqlResults(client.subscription(TICKS, {}), 3)), EXPECTED);
  },
  async "urql: subscription by fetch"() {
    const client = new Client({ url, exchanges: [fetchExchange], fetchSubscriptions: true, preferGetMethod: false });
    const seen = await urqlResults(client.subscription(TICKS, {}), 3);
    assert.deepEqual(numbers(seen), EXPECTED);
  },
  async "urql: subscription by graphql-ws"() {
    const socket = createWs({ url: socketUrl, webSocketImpl: WebSocket });
    const forwardSubscription = (operation) => ({
      subscribe: (sink) => ({ unsubscribe: socket.subscribe({ ...operation, query: operation.query ?? "" }, sink) }),
    });
    const client = new Client({ url, exchanges: [subscriptionExchange({ forwardSubscription })] });
    assert.deepEqual(numbers(await urqlResults(client.subscription(TICKS, {}), 3)), EXPECTED);
    await socket.dispose();
  },
  async "urql: defer"() {
    const client = new Client({ url, exchanges: [fetchExchange], preferGetMethod: false });
    const seen = await urqlResults(client.query(DEFERRED, {}), (result) => result.data?.name);
    assert.equal(seen.at(-1).data.name, "number 1");
    assert.equal(seen.at(-1).data.hello, "world");
  },
};

function urqlResults(source, until) {
  return new Promise((resolve, reject) => {
    const seen = [];
    const { unsubscribe } = source.subscribe((result) => {
      if (result.error) return reject(result.error);
      seen.push({ ...result, data: { ...result.data } });
      if (typeof until === "number" ? seen.length === until : until(result)) {
        setTimeout(() => unsubscribe());
        resolve(seen);
      }
    });
  });
}

const late = (seconds) => new Promise((_, reject) => setTimeout(() => reject(new Error("no answer in time")), seconds * 1000).unref());

for (const [name, check] of Object.entries(CHECKS)) {
  try {
    await Promise.race([check(), late(10)]);
    console.log(JSON.stringify({ name, status: "ok" }));
  } catch (error) {
    console.log(JSON.stringify({ name, status: "failed", reason: String(error?.stack ?? error).slice(0, 600) }));
  }
}
process.exit(0);
