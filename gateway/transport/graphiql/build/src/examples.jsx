// A list of queries, each one click away from running. A plugin of GraphiQL: it has a button in the side bar.
import { useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import { config } from "./config.js";
import { pick, texts } from "./texts.js";
import { isNarrow } from "./window.js";

const OPERATION = /^\s*(?:query|mutation|subscription)\s+(\w+)/m;

/** Put an example into the editors and run it; in a tab of its own, unless the present one holds nothing but an example. */
function useRunExample() {
  const { addTab, run, setOperationName, setVisiblePlugin } = useGraphiQLActions();
  const queryEditor = useGraphiQL((state) => state.queryEditor);
  const variableEditor = useGraphiQL((state) => state.variableEditor);
  return ({ query, variables }) => {
    const written = queryEditor.getValue();
    const isOurs = !written.trim() || written === texts.welcome || config.examples.some((example) => example.query === written);
    if (!isOurs) addTab();
    queryEditor.setValue(query);
    variableEditor?.setValue(variables);
    setOperationName(OPERATION.exec(query)?.[1]); // GraphiQL itself reads it a while after the text has changed
    run();
    if (!isNarrow()) return;
    setVisiblePlugin(null); // it covers the answer
    document.querySelector(".graphiql-execute-button").focus();
  };
}

function Examples() {
  const runExample = useRunExample();
  return (
    <section className="examples" aria-label={texts.examples}>
      <h2>{texts.examples}</h2>
      <p className="hint">{texts.examplesHint}</p>
      <ol>
        {config.examples.map((example) => (
          <li key={example.name}>
            <button type="button" data-example={example.name} onClick={() => runExample(example)}>
              <strong>{pick(example.title)}</strong>
              <span>{pick(example.text)}</span>
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}

function ExamplesIcon() {
  return (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.5" height="1em" aria-hidden="true">
      <path d="M4 5.5h2M4 12h2M4 18.5h2M9.5 5.5H20M9.5 12H20M9.5 18.5H20" strokeLinecap="round" />
    </svg>
  );
}

export const EXAMPLES_PLUGIN = { title: texts.examples, icon: ExamplesIcon, content: Examples };
