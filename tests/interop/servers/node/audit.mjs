// Every check of graphql-http's audit against the server at URL; one line each as JSON. Exit code 1 where any is not passed.
import { auditServer } from "graphql-http";

// A browser would ask beforehand; a program says with a header that it is none (the gateway's CSRF prevention).
const fetchFn = (url, init) =>
  fetch(url, { ...init, headers: { "apollo-require-preflight": "1", ...init?.headers } });

const results = await auditServer({ url: process.env.URL, fetchFn });
for (const { id, name, status, reason } of results) console.log(JSON.stringify({ id, name, status, reason }));
process.exitCode = results.every(({ status }) => status === "ok") ? 0 : 1;
