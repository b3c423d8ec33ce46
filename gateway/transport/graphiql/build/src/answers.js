// Asks the gateway, and keeps what the panel and the status line show of the last answer.
import { useSyncExternalStore } from "react";
import { texts } from "./texts.js";

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
      accept: "application/graphql-response+json, application/json;q=0.9",
      "apollo-require-preflight": "true",
      ...(wantsPlan() && !isIntrospection ? { "apollo-expose-query-plan": "true" } : {}),
      ...options?.headers,
    };
    const extensions = wantsPlan() && !isIntrospection ? { cache: true } : undefined;
    const body = JSON.stringify({ query, variables, operationName: operationName ?? undefined, extensions });
    const began = performance.now();
    const { response, text } = await send(headers, body);
    const milliseconds = performance.now() - began;
    const answer = parse(text, response);
    if (isIntrospection) return answer;
    const plan = takePlan(answer);
    const bytes = new TextEncoder().encode(text).length;
    remember({ ...plan, status: response.status, milliseconds, bytes, errors: answer.errors?.length ?? 0 });
    return answer;
  };
}

async function send(headers, body) {
  try {
    const response = await fetch(location.pathname, { method: "POST", headers, body });
    return { response, text: await response.text() };
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
  if (Object.keys(others).length) answer.extensions = others;
  else delete answer.extensions;
  const shown = queryPlan ?? apolloQueryPlan;
  const sources = others.sources ?? [];
  return { plan: shown?.object ?? null, text: shown?.text ?? "", fetches: fetches ?? [], sources, cache: cache ?? [] };
}
