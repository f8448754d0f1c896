// Two pictures, A and B: a divider to swipe, or both side by side, with one cross-hair and one zoom.
const labelled = (text, input) => make("label", {}, make("span", { textContent: text }), input);

const slider = (text, low, high, step, value, move) => {
  const input = make("input", { type: "range", min: low, max: high, step, value });
  input.oninput = () => move(Number(input.value));
  return labelled(text, input);
};

export default function ({ parentElement, data }) {
  const root = parentElement.querySelector(".mer-compare");
  const drawn = JSON.stringify(data);
  if (root.drawn === drawn) return;
  root.drawn = drawn;
  const keep = root.view ?? { swiped: true, divider: 50, zoom: 1, opacity: 1, focus: [50, 50] };
  root.view = keep;
  const views = data.tiles.map(surface);
  const stages = views.map(({ node }, i) =>
    make("div", { className: "mer-stage" }, node, make("b", { textContent: "AB"[i] })),
  );
  const line = make("span", { className: "mer-divider" });
  const pane = make("div", { className: "mer-pane", tabIndex: 0 }, ...stages, line);
  pane.setAttribute("role", "group");
  pane.setAttribute("aria-label", "A and B; arrow keys move the cross-hair");
  const said = make("output");
  let where = null;
  const point = async (next) => {
    where = next;
    views.forEach((view) => view.point(where));
    if (!where) return void (said.textContent = data.hint);
    const found = await Promise.all(views.map((view) => view.read(where.x, where.y)));
    if (found.some((one) => !one)) return void (said.textContent = "");
    const [a, b] = found.map(({ value }) => value);
    const unit = data.unit ? ` ${data.unit}` : "";
    said.textContent =
      `row ${found[0].row}, column ${found[0].column}: A ${spoken(a)}${unit}, ` +
      `B ${spoken(b)}${unit}, A minus B ${spoken(a - b)}${unit}`;
  };
  const arrange = () => {
    pane.classList.toggle("mer-swiped", keep.swiped);
    divide.hidden = !keep.swiped;
    line.style.left = `${keep.divider}%`;
    stages[1].style.clipPath = keep.swiped ? `inset(0 0 0 ${keep.divider}%)` : "";
    views.forEach(({ node }) => {
      node.style.transformOrigin = keep.focus.map((share) => `${share}%`).join(" ");
      node.style.transform = `scale(${keep.zoom})`;
      node.querySelectorAll(".mer-veil").forEach((layer) => (layer.style.opacity = keep.opacity));
    });
  };
  const set = (name) => (value) => {
    keep[name] = value;
    arrange();
  };
  const divide = slider("Divider", 0, 100, 1, keep.divider, set("divider"));
  const swap = make("button", { type: "button" });
  const naming = () => (swap.textContent = keep.swiped ? "Side by side" : "Swipe");
  swap.onclick = () => {
    keep.swiped = !keep.swiped;
    naming();
    arrange();
  };
  naming();
  let dragged = false;
  pane.onpointermove = (event) => {
    const under = views.find(({ node }) => node.contains(event.target)) ?? views[0];
    point(place(under.node, event));
    if (!event.buttons) return;
    const box = pane.getBoundingClientRect();
    if (keep.zoom > 1) {
      const shift = [event.movementX / box.width, event.movementY / box.height];
      keep.focus = keep.focus.map((share, i) =>
        Math.min(100, Math.max(0, share - (100 * shift[i]) / (keep.zoom - 1))),
      );
    } else if (keep.swiped) {
      const share = (100 * (event.clientX - box.left)) / box.width;
      keep.divider = Math.round(Math.min(100, Math.max(0, share)));
      divide.querySelector("input").value = keep.divider;
    }
    arrange();
  };
  pane.onpointerleave = () => point(null);
  pane.onkeydown = (event) => {
    const next = moved(where, event.key, views[0].grid);
    if (!next) return;
    event.preventDefault();
    point(next);
  };
  const controls = [swap, divide, slider("Zoom", 1, 8, 0.5, keep.zoom, set("zoom"))];
  if (root.querySelector(".mer-veil") || data.tiles.some(({ layers }) => layers.length > 1))
    controls.push(slider("Opacity", 0, 1, 0.05, keep.opacity, set("opacity")));
  const names = data.tiles.map(({ title }, i) =>
    make("p", {}, make("b", { textContent: `${"AB"[i]} ` }), title),
  );
  root.replaceChildren(
    make("div", { className: "mer-names" }, ...names),
    pane,
    said,
    make("div", { className: "mer-controls" }, ...controls),
    ...data.tiles.flatMap(({ scale }, i) =>
      scale && (i === 0 || !data.shared) ? [colourBar(scale)] : [],
    ),
  );
  arrange();
  point(null);
}
