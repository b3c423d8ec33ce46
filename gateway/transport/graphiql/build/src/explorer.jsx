// The explorer, in which a query is put together by ticking fields, made to work without a mouse. A plugin of GraphiQL.
import { explorerPlugin } from "@graphiql/plugin-explorer";
import { useEffect, useRef } from "react";
import { texts } from "./texts.js";

const { content: Explorer, ...plugin } = explorerPlugin({ showAttribution: false, title: texts.explorer });

const ROWS = '.graphiql-explorer-root span[style*="cursor: pointer"]';

/** Its rows are plain elements that hear clicks: tell what each is, and let one of them be reached by Tab. */
function describe(tree) {
  const rows = [...tree.querySelectorAll(ROWS)];
  for (const row of rows) {
    const icon = row.querySelector("svg");
    const isField = Boolean(icon?.querySelector("circle"));
    row.setAttribute("role", isField ? "checkbox" : "button");
    if (isField) row.setAttribute("aria-checked", String(Boolean(icon.querySelector("path"))));
    else row.setAttribute("aria-expanded", String(isOpen(row)));
    if (!row.hasAttribute("tabindex")) row.tabIndex = -1;
  }
  if (rows.length && !rows.some((row) => row.tabIndex === 0)) rows[0].tabIndex = 0;
  for (const input of tree.querySelectorAll("input, select")) input.setAttribute("aria-label", nameOf(input));
}

const isOpen = (row) => Boolean(row.querySelector("svg")?.style.transform);

/** An input's name is its row's; above all rows it is the operation's name, and below them the kind of a new one. */
function nameOf(input) {
  const argument = input.closest("[data-arg-name]")?.dataset.argName;
  return argument ?? (input.matches("select") ? texts.newOperation : texts.operationName);
}

const STEPS = { ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity };

function move(tree, row, step) {
  const rows = [...tree.querySelectorAll(ROWS)];
  const to = rows[Math.min(rows.length - 1, Math.max(0, rows.indexOf(row) + step))];
  for (const other of rows) other.tabIndex = -1;
  to.tabIndex = 0;
  to.focus();
}

/** As in a tree of files: up and down, right opens, left closes, Enter and the space bar tick. */
function onKeyDown(event) {
  const row = event.target;
  if (!row.matches(ROWS)) return;
  if (event.key in STEPS) move(event.currentTarget, row, STEPS[event.key]);
  else if (event.key === "Enter" || event.key === " ") row.click();
  else if (event.key === "ArrowRight" && row.ariaExpanded === "false") row.click();
  else if (event.key === "ArrowLeft" && row.ariaExpanded === "true") row.click();
  else return;
  event.preventDefault();
}

function ExplorerByKeys() {
  const tree = useRef(null);
  useEffect(() => {
    const seen = new MutationObserver(() => describe(tree.current));
    seen.observe(tree.current, { childList: true, subtree: true });
    describe(tree.current);
    return () => seen.disconnect();
  }, []);
  return (
    <section className="explorer" aria-label={texts.explorer} ref={tree} onKeyDown={onKeyDown}>
      <Explorer />
    </section>
  );
}

export const EXPLORER_PLUGIN = { ...plugin, title: texts.explorer, content: ExplorerByKeys };
