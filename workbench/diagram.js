// A network from left to right; every layer can be pressed.
export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector(".mer-diagram");
  root.report = (name) => setTriggerValue("layer", name);
  const drawn = JSON.stringify({ ...data, current: null });
  const [across, down, wide, high] = [132, 58, 112, 44];
  if (root.drawn !== drawn) {
    root.drawn = drawn;
    const [width, height] = [data.columns * across, data.rows * down];
    const drawing = vector("svg", { viewBox: `0 0 ${width} ${height}`, role: "group" });
    drawing.setAttribute("aria-label", data.title);
    drawing.style.minWidth = `${width * 0.62}px`;
    const at = Object.fromEntries(
      data.nodes.map((node) => [node.name, [(node.column + 0.5) * across, (node.row + 0.5) * down]]),
    );
    for (const { name, after } of data.nodes)
      for (const before of after) {
        const [[x, y], [left, level]] = [at[name], at[before]];
        const [start, end] = [left + wide / 2, x - wide / 2];
        const middle = (start + end) / 2;
        const path = `M${start} ${level}C${middle} ${level} ${middle} ${y} ${end} ${y}`;
        drawing.append(vector("path", { d: path, class: "mer-edge" }));
      }
    for (const node of data.nodes) {
      const [x, y] = at[node.name];
      const group = vector("g", { class: node.press ? "mer-node" : "mer-end" });
      const box = { x: x - wide / 2, y: y - high / 2, width: wide, height: high, rx: 6 };
      group.append(vector("rect", box));
      node.lines.forEach((text, i) => {
        const line = vector("text", { x, y: y + (node.lines.length > 1 ? -4 + i * 15 : 4) });
        line.textContent = text;
        if (i) line.setAttribute("class", "mer-small");
        group.append(line);
      });
      if (node.press) {
        group.setAttribute("role", "button");
        group.setAttribute("tabindex", "0");
        group.setAttribute("aria-label", node.title);
        group.dataset.name = node.name;
        group.onclick = () => root.report(node.name);
        group.onkeydown = (event) => {
          if (event.key !== "Enter" && event.key !== " ") return;
          event.preventDefault();
          root.report(node.name);
        };
      }
      drawing.append(group);
    }
    root.replaceChildren(drawing);
  }
  for (const group of root.querySelectorAll(".mer-node"))
    group.setAttribute("aria-pressed", String(group.dataset.name === data.current));
}
