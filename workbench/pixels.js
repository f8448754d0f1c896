// Pictures as layers of pixels, with what lies under the pointer; shared by all that draw them.
const make = (kind, properties = {}, ...children) => {
  const node = Object.assign(document.createElement(kind), properties);
  node.append(...children);
  return node;
};

const vector = (kind, attributes) => {
  const node = document.createElementNS("http://www.w3.org/2000/svg", kind);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
};

// Three digits, as a person writes them.
const spoken = (value) => {
  const size = Math.abs(value);
  if (size >= 999.5) return Math.round(Number(value.toPrecision(3))).toLocaleString("en");
  if (size && size < 1e-4) return value.toExponential(2);
  return String(Number(value.toPrecision(3)));
};

// What a picture of coded values says at a place; decoded when it is asked for the first time.
const reader = ({ src, low, high, shape: [rows, columns] }) => {
  let pixels = null;
  const decode = async () => {
    const image = make("img", { src });
    await image.decode();
    const canvas = make("canvas", { width: columns, height: rows });
    const context = canvas.getContext("2d", { willReadFrequently: true });
    context.drawImage(image, 0, 0);
    return context.getImageData(0, 0, columns, rows).data;
  };
  return async (x, y) => {
    pixels ??= decode();
    const data = await pixels;
    const column = Math.min(columns - 1, Math.max(0, Math.floor(x * columns)));
    const row = Math.min(rows - 1, Math.max(0, Math.floor(y * rows)));
    const at = 4 * (row * columns + column);
    return { row, column, value: low + ((data[at] * 256 + data[at + 1]) / 65535) * (high - low) };
  };
};

const outlines = ({ outlines: regions, box, shape: [height, width] }) => {
  const drawing = vector("svg", { viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" });
  for (const { path, colour } of regions) {
    const shape = { d: path, fill: "none", "vector-effect": "non-scaling-stroke" };
    drawing.append(vector("path", { ...shape, stroke: "#fff", "stroke-width": 3.5 }));
    drawing.append(vector("path", { ...shape, stroke: colour, "stroke-width": 2 }));
  }
  if (box) {
    const [top, left, bottom, right] = box;
    const inside = `M${left} ${top}H${right}V${bottom}H${left}Z`;
    const around = { d: `M0 0H${width}V${height}H0Z${inside}`, "fill-rule": "evenodd" };
    drawing.append(vector("path", { ...around, fill: "#000", "fill-opacity": 0.5 }));
    const edge = { d: inside, fill: "none", "vector-effect": "non-scaling-stroke" };
    drawing.append(vector("path", { ...edge, stroke: "#e69f00", "stroke-width": 2.5 }));
  }
  return drawing;
};

// A picture with its layers; `read` gives what lies at a place, `point` marks it.
const surface = (tile) => {
  const node = make("div", { className: "mer-surface" });
  node.style.aspectRatio = `${tile.shape[1]} / ${tile.shape[0]}`;
  tile.layers.forEach(({ src, smooth }, i) => {
    const last = i === tile.layers.length - 1;
    const layer = make("img", { src, alt: last ? tile.alt : "", draggable: false });
    if (!smooth) layer.classList.add("mer-cells");
    if (i) layer.classList.add("mer-veil");
    node.append(layer);
  });
  if (tile.outlines.length || tile.box) node.append(outlines(tile));
  const cross = make("span", { className: "mer-cross", hidden: true });
  node.append(cross);
  const values = tile.values && reader(tile.values);
  const grid = tile.values ? tile.values.shape : tile.shape;
  return {
    node,
    grid,
    read: values ?? (async () => null),
    point: (place) => {
      cross.hidden = !place;
      if (place) Object.assign(cross.style, { left: `${100 * place.x}%`, top: `${100 * place.y}%` });
    },
  };
};

// Where a pointer is on a node, as shares of its width and height.
const place = (node, { clientX, clientY }) => {
  const box = node.getBoundingClientRect();
  const inside = (share) => Math.min(0.9999, Math.max(0, share));
  return {
    x: inside((clientX - box.left) / box.width),
    y: inside((clientY - box.top) / box.height),
  };
};

// Where an arrow key moves a place to, one cell of the grid at a time; null for other keys.
const moved = (from, key, [rows, columns]) => {
  const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  if (!steps[key]) return null;
  const start = from ?? { x: 0.5, y: 0.5 };
  const along = (share, step, count) =>
    (Math.min(count - 1, Math.max(0, Math.floor(share * count) + step)) + 0.5) / count;
  const [right, down] = steps[key];
  return { x: along(start.x, right, columns), y: along(start.y, down, rows) };
};

const colourBar = ({ ticks, words, gradient, unit }) => {
  const numbers = make("div", { className: "mer-ticks" });
  for (const [text, at] of ticks) {
    const number = make("span", { textContent: at === 1 && unit ? `${text} ${unit}` : text });
    // The first begins where the strip does, the last ends with it, others stand in the middle.
    Object.assign(number.style, { left: `${100 * at}%`, translate: `${-100 * at}%` });
    numbers.append(number);
  }
  const strip = make("div", { className: "mer-strip" });
  strip.style.background = gradient;
  const bar = make("div", { className: "mer-bar" }, strip, numbers);
  bar.setAttribute("role", "img");
  bar.setAttribute("aria-label", words);
  return bar;
};
