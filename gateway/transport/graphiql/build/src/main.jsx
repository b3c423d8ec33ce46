// The page: GraphiQL with examples at its left and the query plan at its right.
import "./workers.js";
import { GraphiQL } from "graphiql";
import { HISTORY_PLUGIN } from "@graphiql/plugin-history";
import { useMemo, useRef, useState } from "react";
import { createRoot } from "react-dom/client";
import { makeFetcher, useLastAnswer } from "./answers.js";
import { config } from "./config.js";
import { EXAMPLES_PLUGIN } from "./examples.jsx";
import { EXPLORER_PLUGIN } from "./explorer.jsx";
import { PlanPanel } from "./panel.jsx";
import { SUBMARKETS_PLUGIN } from "./submarkets.jsx";
import { choose, language } from "./text.js";
import { texts } from "./texts.js";
import { isNarrow, isPhone } from "./window.js";
import "@graphiql/react/style.css";
import "@graphiql/plugin-explorer/style.css";
import "@graphiql/plugin-history/style.css";
import "@graphiql/plugin-doc-explorer/style.css";
import "graphiql/graphiql.css";
import "./style.css";

const PLAN_SHOWN = "tongfen:plan";

const PLUGINS = [
  ...(config.examples.length ? [EXAMPLES_PLUGIN] : []),
  EXPLORER_PLUGIN,
  ...(config.plan ? [SUBMARKETS_PLUGIN] : []),
  HISTORY_PLUGIN,
];

function App() {
  const [isPlanShown, setPlanShown] = useState(config.plan && localStorage.getItem(PLAN_SHOWN) !== "no");
  const shown = useRef(isPlanShown);
  const planSwitch = useRef(null);
  shown.current = isPlanShown;
  const fetcher = useMemo(() => makeFetcher(() => shown.current), []);
  const show = (wanted) => {
    localStorage.setItem(PLAN_SHOWN, wanted ? "yes" : "no");
    setPlanShown(wanted);
  };
  const close = () => {
    show(false);
    planSwitch.current.focus();
  };
  return (
    <div className="page">
      <GraphiQL
        fetcher={fetcher}
        plugins={PLUGINS}
        visiblePlugin={config.examples.length && !isNarrow() ? EXAMPLES_PLUGIN : undefined}
        defaultQuery={texts.welcome}
        defaultEditorToolsVisibility={isPhone() ? false : "variables"}
        shouldPersistHeaders={false}
        {...(fromAddress() ?? firstVisit())}
      >
        <GraphiQL.Logo>
          {config.plan && (
            <button
              type="button"
              className="switch plan-switch"
              ref={planSwitch}
              aria-pressed={isPlanShown}
              title={isPlanShown ? texts.hidePlan : texts.showPlan}
              onClick={() => show(!isPlanShown)}
            >
              {texts.plan}
            </button>
          )}
          <LanguageSwitch />
          <span className="brand">
            统分 <b>Tongfen</b>
          </span>
        </GraphiQL.Logo>
        <GraphiQL.Footer>
          <Status />
        </GraphiQL.Footer>
      </GraphiQL>
      {isPlanShown && <PlanPanel onClose={close} />}
    </div>
  );
}

/** The other language, in its own words. */
function LanguageSwitch() {
  const [other, lang, name] = language === "zh" ? ["en", "en", "English"] : ["zh", "zh-CN", "中文"];
  return (
    <button type="button" className="switch language-switch" lang={lang} onClick={() => choose(other)}>
      {name}
    </button>
  );
}

function Status() {
  const answer = useLastAnswer();
  if (!answer) return null;
  return (
    <p className="status" role="status" aria-live="off" data-status={answer.status}>
      <span>{answer.status}</span>
      <span>{Math.round(answer.milliseconds)} ms</span>
      <span>{(answer.bytes / 1024).toFixed(1)} KB</span>
      {answer.errors > 0 && <span className="errors">{texts.errors(answer.errors)}</span>}
    </p>
  );
}

/** ``?query=…&variables=…`` as other programs link to GraphiQL. */
function fromAddress() {
  const parameters = new URLSearchParams(location.search);
  if (!parameters.has("query")) return null;
  return { initialQuery: parameters.get("query"), initialVariables: parameters.get("variables") ?? "" };
}

/** Who comes for the first time finds the first example, ready to run. */
function firstVisit() {
  const [first] = config.examples;
  if (!first || localStorage.getItem("graphiql:tabState")) return {};
  return { initialQuery: first.query, initialVariables: first.variables };
}

document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
createRoot(document.getElementById("root")).render(<App />);
