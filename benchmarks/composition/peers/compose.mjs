// Compose the subgraphs of a JSON file once, and print how many seconds it took and how many errors there were.
import { readFileSync } from 'node:fs';
import { parse } from 'graphql';

const [, , library, file] = process.argv;
const { subgraphs } = JSON.parse(readFileSync(file, 'utf8'));
const { composeServices } = await import(library);
const start = performance.now();
const result = composeServices(subgraphs.map(({ name, url, sdl }) => ({ name, url, typeDefs: parse(sdl) })));
console.log((performance.now() - start) / 1000, result.errors?.length ?? 0);
