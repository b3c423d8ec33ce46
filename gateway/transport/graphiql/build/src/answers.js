// Asks the gateway, and keeps what the panel and the status line show of the last answer.
import { useSyncExternalStore } from "react";
import { readEvents } from "./events.js";
import { texts } from "./texts.js";

const WHOLE = "application/graphql-response+json, application/json;q=0.9";

let last = null;
const listeners = new Set();

function remember(answer) {
  last = answer;
  for (const listener of listeners) listener();
}

function subscribe(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The last answer: ``{ plan, text, fetches, sources, cache, status, milliseconds, bytes, errors }``, or null. */
export const useLastAnswer = () => useSyncExternalStore(subscribe, () => last);

/** A fetcher for GraphiQL. It asks for the plan while ``wantsPlan()``, and takes it out of the answer that is shown. */
export function makeFetcher(wantsPlan) {
  return async ({ query, variables, operationName }, options) => {
    const isIntrospection = operationName === "IntrospectionQuery";
    const headers = {
      "content-type": "application/json",
      accept: isIntrospection ? WHOLE : `${WHOLE}, text/event-stream;q=0.8`,
      "apollo-require-preflight": "true",
      ...(wantsPlan() && !isIntrospection ? { "apollo-expose-query-plan": "true" } : {}),
      ...options?.headers,
    };
    const extensions = wantsPlan() && !isIntrospection ? { cache: true, partitions: { sources: true } } : undefined;
    const body = JSON.stringify({ query, variables, operationName: operationName ?? undefined, extensions });
    const began = performance.now();
    const leaving = new AbortController();
    const response = await send(headers, body, leaving.signal);
    if (response.headers.get("content-type")?.startsWith("text/event-stream")) {
      return stoppable(answersOf(response, leaving.signal, began), () => leaving.abort());
    }
    const text = await response.text().catch(() => { throw new Error(texts.offline); });
    const answer = parse(text, response);
    if (!isIntrospection) note(answer, text, response, performance.now() - began);
    return answer;
  };
}

/** The answers of a subscription, or the parts of a deferred answer, as they come. */
async function* answersOf(response, leaving, began) {
  try {
    for await (const text of readEvents(response.body)) {
      const answer = parse(text, response);
      note(answer, text, response, performance.now() - began);
      yield answer;
    }
  } catch (error) {
    if (!leaving.aborted) throw error;
  }
}

/** An iterator whose reader may stop while it waits: a generator alone would first wait for what comes next. */
function stoppable(answers, stop) {
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next: () => answers.next(),
    return: () => {
      stop();
      return answers.return();
    },
  };
}

function note(answer, text, response, milliseconds) {
  const bytes = new TextEncoder().encode(text).length;
  remember({ ...takePlan(answer), status: response.status, milliseconds, bytes, errors: answer.errors?.length ?? 0 });
}

async function send(headers, body, signal) {
  try {
    return await fetch(location.pathname, { method: "POST", headers, body, signal });
  } catch {
    throw new Error(texts.offline);
  }
}

function parse(text, response) {
  try {
    return JSON.parse(text);
  } catch {
    return { errors: [{ message: texts.notJson(response.status) }] };
  }
}

function takePlan(answer) {
  const { queryPlan, apolloQueryPlan, fetches, cache, ...others } = answer.extensions ?? {};
  const shown = queryPlan ?? apolloQueryPlan;
  const sources = others.sources ?? [];
  if (shown) delete others.sources; // they are beside it
  if (Object.keys(others).length) answer.extensions = others;
  else delete answer.extensions;
  return { plan: shown?.object ?? null, text: shown?.text ?? "", fetches: fetches ?? [], sources, cache: cache ?? [] };
}
