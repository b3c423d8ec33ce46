// A query plan's JSON as a list of requests in rounds: what the panel draws.

/** The rounds of a plan: lists of requests that wait for the same number of others. */
export function rounds(plan) {
  const fetches = [...walk(plan?.node, { path: [], conditions: [] })];
  const byId = new Map(fetches.map((fetch) => [fetch.id, fetch]));
  const depth = (fetch) => 1 + Math.max(0, ...fetch.dependsOn.map((id) => (byId.has(id) ? depth(byId.get(id)) : 0)));
  const found = [];
  for (const fetch of fetches) (found[depth(fetch) - 1] ??= []).push(fetch);
  return found.filter(Boolean);
}

function* walk(node, above) {
  switch (node?.kind) {
    case "Sequence":
    case "Parallel":
      for (const inner of node.nodes) yield* walk(inner, above);
      break;
    case "Flatten":
      yield* walk(node.node, { ...above, path: [...above.path, ...node.path] });
      break;
    case "Condition":
      yield* walk(node.ifClause, { ...above, conditions: [...above.conditions, { variable: node.condition, holds: true }] });
      yield* walk(node.elseClause, { ...above, conditions: [...above.conditions, { variable: node.condition, holds: false }] });
      break;
    case "Subscription":
      yield* walk(node.primary, above);
      yield* walk(node.rest, above);
      break;
    case "Fetch":
    case "BatchFetch":
      yield read(node, above);
      break;
  }
}

function read(node, { path, conditions }) {
  const parts = node.entityBatch?.aliases ?? [];
  const paths = parts.length ? parts.flatMap((part) => part.paths) : path.length ? [path] : [];
  return {
    id: node.id,
    subgraph: node.serviceName,
    operation: node.operation,
    operationName: node.operationName,
    dependsOn: node.dependsOn ?? [],
    paths: [...new Set(paths.map(showPath))],
    serves: group(node.serves ?? []),
    conditions,
  };
}

/** ``a › b[] › c``. */
function showPath(path) {
  return path.join(" › ").replaceAll(" › @", "[]").replaceAll(" › |[", "|[");
}

/** Coordinates by type: ``Deal.amount``, ``Deal.seller`` → Deal: amount, seller. */
function group(coordinates) {
  const byType = new Map();
  for (const coordinate of coordinates) {
    const [type, field] = coordinate.split(".");
    if (!byType.has(type)) byType.set(type, []);
    if (field) byType.get(type).push(field);
  }
  return [...byType].map(([type, fields]) => ({ type, fields }));
}
