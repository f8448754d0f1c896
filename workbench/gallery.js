// Clips as small pictures; the one that is pressed is handed over by its name.
const text = (kind, words) => Object.assign(document.createElement(kind), { textContent: words });

const tile = ({ name, word, alt, picture }, choose) => {
  const item = document.createElement("li");
  const image = Object.assign(document.createElement("img"), { alt, src: picture });
  const button = Object.assign(text("button", name), { type: "button" });
  button.onclick = () => choose(name);
  item.append(image, text("p", word), button);
  return item;
};

export default function ({ parentElement, data, setTriggerValue }) {
  const list = parentElement.querySelector(".mer-gallery");
  const choose = (name) => setTriggerValue("choice", name);
  const drawn = data.tiles.map(({ alt }) => alt).join("\n");
  if (list.drawn !== drawn) {
    list.drawn = drawn;
    list.replaceChildren(...data.tiles.map((one) => tile(one, choose)));
  }
  for (const item of list.children) {
    const button = item.querySelector("button");
    if (button.textContent === data.shown) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }
}
