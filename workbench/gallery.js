// Clips as small pictures; the one under the pointer moves, the one that is pressed is handed over.
const text = (kind, words) => Object.assign(document.createElement(kind), { textContent: words });
const REST = 150; // ms a pointer rests before a clip is fetched

const tile = ({ name, word, alt, picture, wrong }, list) => {
  const item = document.createElement("li");
  const image = Object.assign(document.createElement("img"), { alt, src: picture });
  const button = Object.assign(text("button", name), { type: "button" });
  const label = text("p", word);
  if (wrong) label.className = "mer-wrong";
  button.onclick = () => list.choose(name);
  let timer = null;
  const start = () => {
    list.pointed = name;
    timer = setTimeout(() => {
      if (list.movies[name]) image.src = list.movies[name];
      else list.point(name);
    }, REST);
  };
  const stop = () => {
    clearTimeout(timer);
    list.pointed = null;
    image.src = picture;
  };
  item.onpointerenter = start;
  item.onpointerleave = stop;
  button.onfocus = () => button.matches(":focus-visible") && start();
  button.onblur = stop;
  item.play = () => {
    if (list.pointed === name && list.movies[name]) image.src = list.movies[name];
  };
  item.append(image, label, button);
  return item;
};

export default function ({ parentElement, data, setStateValue, setTriggerValue }) {
  const list = parentElement.querySelector(".mer-gallery");
  list.choose = (name) => setTriggerValue("choice", name);
  list.point = (name) => setStateValue("pointed", name);
  list.movies = { ...list.movies, ...data.movies };
  const drawn = data.tiles.map(({ alt }) => alt).join("\n");
  if (list.drawn !== drawn) {
    list.drawn = drawn;
    list.replaceChildren(...data.tiles.map((one) => tile(one, list)));
  }
  for (const item of list.children) {
    const button = item.querySelector("button");
    if (button.textContent === data.shown) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
    item.play();
  }
}
