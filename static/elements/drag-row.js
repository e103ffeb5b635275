// Dragging a row within its list by mouse, pen or finger.

/** Follow the pointer until it is let go; the row takes the place it is over. Calls done() when the order changed. */
export function follow(event, row, done) {
  event.preventDefault();
  const list = row.parentElement; // it keeps the pointer: the row itself would lose it when it moves
  const before = [...list.children];
  list.setPointerCapture(event.pointerId);
  row.classList.add("is-dragged");
  const move = ({ clientY }) => place(row, clientY);
  const end = () => {
    list.removeEventListener("pointermove", move);
    row.classList.remove("is-dragged");
    if (before.some((each, index) => each !== list.children[index])) done();
  };
  list.addEventListener("pointermove", move);
  list.addEventListener("lostpointercapture", end, { once: true });
}

function place(row, y) {
  const others = [...row.parentElement.children].filter((each) => each !== row);
  const below = others.find((each) => y < each.getBoundingClientRect().top + each.getBoundingClientRect().height / 2);
  if (below && below !== row.nextElementSibling) below.before(row);
  else if (!below && row.nextElementSibling) row.parentElement.append(row);
}
