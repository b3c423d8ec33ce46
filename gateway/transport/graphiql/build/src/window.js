// How much room there is now; style.css has the same two widths.
export const isNarrow = () => window.matchMedia("(max-width: 900px)").matches;
export const isPhone = () => window.matchMedia("(max-width: 600px)").matches;
