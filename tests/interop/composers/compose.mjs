// Compose the subgraphs on stdin ([{name, url, sdl}]) by @apollo/composition, and write the supergraph, or the errors, to stdout.
import { readFileSync } from "node:fs";
import { composeServices } from "@apollo/composition";
import { parse } from "graphql";

const subgraphs = JSON.parse(readFileSync(0, "utf8"));
const result = composeServices(subgraphs.map(({ name, url, sdl }) => ({ name, url, typeDefs: parse(sdl) })));
const errors = (result.errors ?? []).map((error) => `${error.extensions?.code}: ${error.message}`);
process.stdout.write(JSON.stringify({ supergraph: result.supergraphSdl ?? null, errors }));
