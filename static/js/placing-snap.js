// Snapping a moved box to its neighbours, the page's margins and its middle. Points throughout.

const MARGIN = 36;

/** Correct a box by at most `reach`; returns { dx, dy, guides: [{ axis, at }] }. */
export function snap(box, others, page, reach) {
  const x = nearest(stops(box.x_pt, box.w_pt), lines(others, "x_pt", "w_pt", page.w), reach);
  const y = nearest(stops(box.y_pt, box.h_pt), lines(others, "y_pt", "h_pt", page.h), reach);
  const guides = [x && { axis: "x", at: x.line }, y && { axis: "y", at: y.line }].filter(Boolean);
  return { dx: x?.by ?? 0, dy: y?.by ?? 0, guides };
}

const stops = (at, size) => [at, at + size / 2, at + size];

function lines(others, at, size, length) {
  const ofOthers = others.flatMap((other) => stops(other[at], other[size]));
  return [MARGIN, length / 2, length - MARGIN, ...ofOthers];
}

function nearest(stops, lines, reach) {
  let best = null;
  for (const stop of stops)
    for (const line of lines) {
      const by = line - stop;
      if (Math.abs(by) <= reach && (!best || Math.abs(by) < Math.abs(best.by))) best = { by, line };
    }
  return best;
}
