// Compose one line after another by @apollo/composition: [{name, url, sdl}] in; {supergraph, errors, hints} out, the latter two as codes.
import { createInterface } from "node:readline";
import { composeServices } from "@apollo/composition";
import { parse } from "graphql";

console.warn = console.log = console.error = () => {};

function answer(line) {
  const subgraphs = JSON.parse(line);
  try {
    const documents = subgraphs.map(({ name, url, sdl }) => ({ name, url, typeDefs: parse(sdl) }));
    const result = composeServices(documents);
    return {
      supergraph: result.supergraphSdl ?? null,
      errors: (result.errors ?? []).map((error) => error.extensions?.code ?? "NONE"),
      hints: (result.hints ?? []).map((hint) => hint.definition.code),
    };
  } catch (error) {
    return { supergraph: null, errors: [error.name === "GraphQLError" ? "INVALID_GRAPHQL" : "CRASH"], hints: [] };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(JSON.stringify(answer(line)) + "\n");
}
