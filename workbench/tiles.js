// A grid of pictures: values under the pointer in all of them at once, a press, a larger view.
const marked = (title, badges) => [
  ...(title ? [make("strong", { textContent: title })] : []),
  ...badges.map(({ text, tone }) =>
    make("span", { className: `mer-badge mer-${tone}`, textContent: text }),
  ),
];

const heading = (title, badges) =>
  make("p", { className: "mer-heading" }, ...marked(title, badges));

const caption = (tile) => {
  const words = make("figcaption", {}, ...marked(tile.title, tile.badges));
  if (tile.caption) words.append(make("span", { textContent: tile.caption }));
  return words;
};

// The larger view: one tile at a time, with arrow keys to its neighbours.
const enlarged = (tiles, first, unit) => {
  const dialog = make("dialog", { className: "mer-large" });
  let at = first;
  const close = make("button", { type: "button", textContent: "Close" });
  const said = make("output");
  const draw = () => {
    const tile = tiles[at];
    const view = surface(tile);
    dialog.setAttribute("aria-label", tile.alt);
    view.node.onpointermove = async (event) => {
      const where = place(view.node, event);
      view.point(where);
      const found = await view.read(where.x, where.y);
      said.textContent = found ? sentence(found, unit) : "";
    };
    const parts = [view.node, said, caption(tile)];
    if (tile.scale) parts.push(colourBar(tile.scale));
    const turn = (text, step) => {
      const button = make("button", { type: "button", textContent: text });
      button.onclick = () => {
        at = (at + step + tiles.length) % tiles.length;
        draw();
      };
      return button;
    };
    const foot = make("div", { className: "mer-foot" });
    if (tiles.length > 1) foot.append(turn("Previous", -1), turn("Next", 1));
    foot.append(close);
    dialog.replaceChildren(make("figure", {}, ...parts), foot);
    close.focus();
  };
  close.onclick = () => dialog.close();
  dialog.onkeydown = ({ key }) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[key];
    if (!step) return;
    at = (at + step + tiles.length) % tiles.length;
    draw();
  };
  dialog.onclick = (event) => event.target === dialog && dialog.close();
  draw();
  return dialog;
};

const sentence = ({ row, column, value }, unit) =>
  `row ${row}, column ${column}: ${spoken(value)}${unit ? ` ${unit}` : ""}`;

const figure = (tile, i, shared, grid) => {
  const view = surface(tile);
  const said = make("output", { className: "mer-said", hidden: true });
  const zoom = make("button", { type: "button", className: "mer-zoom", title: "Enlarge" });
  zoom.setAttribute("aria-label", `Enlarge: ${tile.alt}`);
  zoom.onclick = () => {
    const dialog = enlarged(grid.tiles, i, grid.unit);
    grid.root.append(dialog);
    dialog.onclose = () => {
      dialog.remove();
      zoom.focus();
    };
    dialog.showModal();
  };
  const frame = make("div", { className: "mer-frame" }, view.node, zoom, said);
  let where = null;
  view.node.onpointermove = (event) => grid.point((where = place(view.node, event)));
  view.node.onpointerleave = () => grid.point((where = null));
  view.node.onclick = (event) => {
    if (grid.press) grid.report(tile, view, place(view.node, event));
    else zoom.onclick();
  };
  if (grid.press) {
    view.node.tabIndex = 0;
    view.node.setAttribute("role", "button");
    view.node.setAttribute("aria-label", `${grid.press}: ${tile.alt}`);
    view.node.onkeydown = (event) => {
      const next = moved(where, event.key, view.grid);
      if (next) grid.point((where = next));
      else if (event.key === "Enter" || event.key === " ")
        grid.report(tile, view, where ?? { x: 0.5, y: 0.5 });
      else return;
      event.preventDefault();
    };
    view.node.onblur = () => grid.point((where = null));
  }
  const item = make("li", {}, make("figure", {}, frame, caption(tile)));
  if (tile.scale && !shared) item.firstChild.append(colourBar(tile.scale));
  return { item, view, said, name: tile.name };
};

export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector(".mer-tiles");
  const { groups, columns, unit, press, current, least } = data;
  root.report = (value) => setTriggerValue("press", value);
  // What is drawn for the first time, on a page gone back to, is compared with nothing.
  const text = (given) => JSON.stringify({ ...given, current: null });
  const drawn = root.given && text(data);
  const same = root.given && (root.drawn ??= text(root.given)) === drawn;
  root.given = data;
  root.drawn = drawn;
  if (!same) {
    const tiles = groups.flatMap((group) => group.tiles);
    const grid = { root, tiles, unit, press };
    grid.report = async (tile, view, { x, y }) => {
      const [rows, across] = view.grid;
      const cell = { row: Math.floor(y * rows), column: Math.floor(x * across) };
      root.report({ name: tile.name, x, y, ...cell });
    };
    grid.point = (where) => {
      for (const { view, said } of root.figures) {
        view.point(where);
        if (!where) said.hidden = true;
        else
          view.read(where.x, where.y).then((found) => {
            said.hidden = !found;
            if (found) said.textContent = sentence(found, unit);
          });
      }
    };
    root.figures = [];
    const parts = groups.map(({ title, badges, tiles: own, shared }) => {
      const figures = own.map((t, i) => figure(t, root.figures.length + i, shared, grid));
      root.figures.push(...figures);
      const list = make("ul", {}, ...figures.map(({ item }) => item));
      const part = make("section", {}, list);
      if (title) part.prepend(heading(title, badges));
      if (shared) part.append(colourBar(shared));
      return part;
    });
    root.style.setProperty("--columns", columns);
    root.style.setProperty("--least", `${least}px`);
    root.style.setProperty("--groups", groups.length);
    root.replaceChildren(...parts);
  }
  for (const { view, name } of root.figures) {
    if (current !== null && name === current) view.node.setAttribute("aria-current", "true");
    else view.node.removeAttribute("aria-current");
  }
}
