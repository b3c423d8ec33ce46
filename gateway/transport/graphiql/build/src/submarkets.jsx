// Which sub-market answers which field. A plugin of GraphiQL: it has a button in the side bar.
import { useEffect, useMemo, useState } from "react";
import { texts } from "./texts.js";

const LIST = new URL("supergraph.json", import.meta.url);

function useSubmarkets() {
  const [found, setFound] = useState({ subgraphs: [], isMissing: false });
  useEffect(() => {
    fetch(LIST)
      .then((response) => response.json())
      .then(({ subgraphs }) => setFound({ subgraphs, isMissing: false }))
      .catch(() => setFound({ subgraphs: [], isMissing: true }));
  }, []);
  return found;
}

/** What of each sub-market has the words in its name; all of a type whose own name has them. */
function filtered(subgraphs, words) {
  const has = (text) => text.toLowerCase().includes(words.toLowerCase());
  const kept = subgraphs.map(({ name, types }) => ({
    name,
    types: types
      .map((type) => (has(type.name) ? type : { ...type, fields: type.fields.filter(has) }))
      .filter((type) => type.fields.length),
  }));
  return kept.filter(({ types }) => types.length);
}

function Submarkets() {
  const { subgraphs, isMissing } = useSubmarkets();
  const [words, setWords] = useState("");
  const shown = useMemo(() => filtered(subgraphs, words.trim()), [subgraphs, words]);
  return (
    <section className="submarkets" aria-label={texts.submarkets}>
      <h2>{texts.submarkets}</h2>
      <p className="hint">{isMissing ? texts.submarketsMissing : texts.submarketsHint}</p>
      <input
        type="search"
        placeholder={texts.submarketsFilter}
        aria-label={texts.submarketsFilter}
        value={words}
        onChange={(event) => setWords(event.target.value)}
      />
      {shown.map(({ name, types }) => (
        <details key={name} open={Boolean(words.trim())} data-submarket={name}>
          <summary>
            <b>{name}</b> <small>{texts.fieldCount(types.reduce((sum, type) => sum + type.fields.length, 0))}</small>
          </summary>
          <ul>
            {types.map((type) => (
              <li key={type.name}>
                <b>{type.name}</b> {type.fields.join(", ")}
              </li>
            ))}
          </ul>
        </details>
      ))}
    </section>
  );
}

function SubmarketsIcon() {
  return (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.5" height="1em" aria-hidden="true">
      <circle cx="12" cy="5.5" r="2.5" />
      <circle cx="5.5" cy="18" r="2.5" />
      <circle cx="18.5" cy="18" r="2.5" />
      <path d="M10.8 7.7 6.7 15.8M13.2 7.7l4.1 8.1M8 18h8" strokeLinecap="round" />
    </svg>
  );
}

export const SUBMARKETS_PLUGIN = { title: texts.submarkets, icon: SubmarketsIcon, content: Submarkets };
