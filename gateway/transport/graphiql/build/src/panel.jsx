// The plan panel: which subgraphs are asked, in which order, and why.
import { useMemo, useState } from "react";
import { useLastAnswer } from "./answers.js";
import { rounds } from "./plan.js";
import { texts } from "./texts.js";

const HUES = [212, 158, 28, 268, 340, 190, 48, 310];
const SHOWN_TYPES = 4;

const VIEWS = ["picture", "text"];

export function PlanPanel({ onClose }) {
  const answer = useLastAnswer();
  const [view, setView] = useState("picture");
  const steps = useMemo(() => (answer?.plan ? rounds(answer.plan) : []), [answer]);
  return (
    <aside className="plan" aria-label={texts.plan}>
      <header>
        <h2>{texts.plan}</h2>
        <Views view={view} onChoose={setView} />
        <button type="button" className="close" aria-label={texts.hidePlan} title={texts.hidePlan} onClick={onClose}>
          ✕
        </button>
      </header>
      <div className="body" id="plan-view" role="tabpanel" aria-labelledby={`plan-${view}`} tabIndex={0}>
        {answer?.plan ? <Plan answer={answer} steps={steps} view={view} /> : <Empty answer={answer} />}
      </div>
    </aside>
  );
}

/** Picture or text. One stop of Tab, and arrows between them (ARIA Authoring Practices, tabs). */
function Views({ view, onChoose }) {
  const onKeyDown = (event) => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    const other = VIEWS.find((name) => name !== view);
    onChoose(other);
    document.getElementById(`plan-${other}`).focus();
  };
  return (
    <div className="views" role="tablist" aria-label={texts.plan} onKeyDown={onKeyDown}>
      {VIEWS.map((name) => (
        <button
          key={name}
          id={`plan-${name}`}
          type="button"
          role="tab"
          aria-selected={view === name}
          aria-controls="plan-view"
          tabIndex={view === name ? 0 : -1}
          onClick={() => onChoose(name)}
        >
          {texts[name]}
        </button>
      ))}
    </div>
  );
}

function Empty({ answer }) {
  return <p className="empty">{answer ? texts.noPlan : texts.empty}</p>;
}

function Plan({ answer, steps, view }) {
  if (view === "text") return <PlanText text={answer.text} />;
  if (!steps.length) return <p className="empty">{texts.nothingToFetch}</p>;
  return (
    <>
      <Steps
        steps={steps}
        taken={new Map(answer.fetches.map((fetch) => [fetch.id, fetch]))}
        cached={new Map(answer.cache.map((one) => [one.operation, one]))}
      />
      {answer.sources.length > 0 && <Sources sources={answer.sources} />}
    </>
  );
}

/** Which members of partitioned sub-markets answered, and how. */
function Sources({ sources }) {
  return (
    <section className="sources">
      <h3>{texts.sources}</h3>
      <ul>
        {sources.map((source, index) => (
          <li key={index} data-state={source.status}>
            <b>{[source.subgraph, source.partition].filter(Boolean).join(" / ")}</b> <span className="state">{texts.states[source.status] ?? source.status}</span>
            <small>
              {[
                source.durationMs != null && `${Math.round(source.durationMs)} ms`,
                source.rows > 0 && texts.rows(source.rows),
                source.ageSeconds > 0 && texts.age(Math.round(source.ageSeconds)),
              ]
                .filter(Boolean)
                .join(" · ")}
            </small>
          </li>
        ))}
      </ul>
    </section>
  );
}

function PlanText({ text }) {
  const [copied, setCopied] = useState(false);
  const copy = () => navigator.clipboard.writeText(text).then(() => setCopied(true));
  return (
    <>
      <button type="button" className="copy" onClick={copy}>
        {copied ? texts.copied : texts.copy}
      </button>
      <pre>{text}</pre>
    </>
  );
}

function Steps({ steps, taken, cached }) {
  const [pointed, setPointed] = useState(null);
  const all = steps.flat();
  const names = [...new Set(all.map((fetch) => fetch.subgraph))].sort();
  const hue = (subgraph) => HUES[names.indexOf(subgraph) % HUES.length];
  const numbers = new Map(all.map((fetch, index) => [fetch.id, index + 1]));
  return (
    <>
      <p className="summary">
        <span>{texts.subgraphs(names.length)}</span>
        <span>{texts.requests(all.length)}</span>
        <span>{texts.rounds(steps.length)}</span>
      </p>
      <ol className="rounds">
        {steps.map((fetches, index) => (
          <li key={index}>
            <h3>{texts.round(index + 1, fetches.length)}</h3>
            {fetches.map((fetch) => (
              <FetchCard
                key={fetch.id}
                fetch={fetch}
                hue={hue(fetch.subgraph)}
                number={numbers.get(fetch.id)}
                took={taken.get(fetch.id)}
                cached={cached.get(fetch.operationName)}
                after={fetch.dependsOn.map((id) => numbers.get(id)).filter(Boolean)}
                isNeeded={pointed?.dependsOn.includes(fetch.id)}
                onPoint={setPointed}
              />
            ))}
          </li>
        ))}
      </ol>
    </>
  );
}

function FetchCard({ fetch, hue, number, took, cached, after, isNeeded, onPoint }) {
  return (
    <article
      className={isNeeded ? "fetch needed" : "fetch"}
      style={{ "--hue": hue }}
      data-subgraph={fetch.subgraph}
      aria-label={`${number} ${fetch.subgraph}`}
      onFocus={() => onPoint(fetch)}
      onBlur={() => onPoint(null)}
      onMouseEnter={() => onPoint(fetch)}
      onMouseLeave={() => onPoint(null)}
    >
      <h4>
        <span className="number">{number}</span>
        {fetch.subgraph}
        {!fetch.paths.length && <em>{texts.root}</em>}
        {after.length > 0 && <small>{texts.after(after)}</small>}
      </h4>
      {took && <Took took={took} />}
      {cached && <Cached cached={cached} />}
      {fetch.paths.map((path) => (
        <p className="path" key={path}>
          {path}
        </p>
      ))}
      {fetch.conditions.map(({ variable, holds }) => (
        <p className="condition" key={variable}>
          {holds ? texts.onlyIf : texts.unless} <code>${variable}</code>
        </p>
      ))}
      <Serves serves={fetch.serves} />
      <details>
        <summary>{texts.operation}</summary>
        <pre>{fetch.operation}</pre>
      </details>
    </article>
  );
}

/** How long a fetch took and how much it brought; its error where it failed. */
function Took({ took }) {
  return (
    <p className="took">
      <span>{Math.round(took.durationMs * 10) / 10} ms</span>
      {took.code ? <span className="errors">{took.code}</span> : <span>{(took.bytes / 1024).toFixed(1)} KB</span>}
    </p>
  );
}

/** How much of a fetch the cache had, and why the rest was not kept. */
function Cached({ cached }) {
  const { hits, stale, misses, uncached, ageSeconds, reasons } = cached;
  const said = [
    texts.found(hits, hits + stale + misses + uncached),
    stale > 0 && texts.stale(stale),
    ageSeconds > 0 && texts.age(Math.round(ageSeconds)),
  ];
  return (
    <div className="cached" data-state={stale ? "STALE" : hits ? "OK" : ""}>
      <p>
        {texts.cache} <span className="state">{said.filter(Boolean).join(" · ")}</span>
      </p>
      {reasons.map((reason) => (
        <p key={reason}>{texts.reason(...reason.split(": ", 2))}</p>
      ))}
    </div>
  );
}

function Serves({ serves }) {
  const [all, setAll] = useState(false);
  const hidden = all ? 0 : Math.max(0, serves.length - SHOWN_TYPES);
  return (
    <ul className="serves" aria-label={texts.why}>
      {serves.slice(0, serves.length - hidden).map(({ type, fields }) => (
        <li key={type}>
          <b>{type}</b> {fields.join(", ")}
        </li>
      ))}
      {hidden > 0 && (
        <li>
          <button type="button" onClick={() => setAll(true)}>
            {texts.more(hidden)}
          </button>
        </li>
      )}
    </ul>
  );
}
