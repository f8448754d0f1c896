// A clip that can be played, paused, stepped, scrubbed and slowed down.
export default function ({ parentElement, data }) {
  const root = parentElement.querySelector(".mer-player");
  const signature = JSON.stringify([data.alt, data.frames.length, data.frames[0]?.length, data.rates]);
  if (root.drawn === signature) return undefined;
  root.drawn = signature;
  root.stop?.();
  const { frames, numbers, keys, rates, alt } = data;
  const pictures = frames.map((src) => make("img", { src }));
  const screen = make("img", { src: frames[0], alt });
  screen.style.aspectRatio = `${data.shape[1]} / ${data.shape[0]}`;
  const play = make("button", { type: "button", className: "mer-play" });
  const bar = make("input", { type: "range", min: 0, max: frames.length - 1, step: 1, value: 0 });
  bar.setAttribute("aria-label", "Frame");
  const speed = make("select");
  speed.setAttribute("aria-label", "Speed");
  for (const { label, rate } of rates) speed.append(make("option", { value: rate, textContent: label }));
  speed.value = data.rate;
  const said = make("output");
  const marks = make("div", { className: "mer-marks" });
  const share = (i) => (frames.length > 1 ? i / (frames.length - 1) : 0);
  for (const [name, number] of keys) {
    const at = numbers.indexOf(number);
    if (at < 0) continue;
    const mark = make("button", { type: "button", textContent: name });
    mark.style.left = `${100 * share(at)}%`;
    mark.onclick = () => {
      hold();
      show(at);
    };
    marks.append(mark);
  }
  const names = Object.fromEntries(keys.map(([name, number]) => [number, name]));
  let at = 0;
  let timer = null;
  const show = (i) => {
    at = (i + frames.length) % frames.length;
    screen.src = pictures[at].src;
    bar.value = at;
    const name = names[numbers[at]];
    said.textContent = `frame ${numbers[at]}${name ? `, ${name}` : ""}`;
    bar.setAttribute("aria-valuetext", said.textContent);
  };
  const sign = () => {
    play.textContent = timer ? "❚❚" : "▶";
    play.setAttribute("aria-label", timer ? "Pause" : "Play");
  };
  const hold = () => {
    clearInterval(timer);
    timer = null;
    sign();
  };
  const run = () => {
    clearInterval(timer);
    timer = setInterval(() => {
      if (!root.isConnected) hold();
      else show(at + 1);
    }, 1000 / Number(speed.value));
    sign();
  };
  play.onclick = () => (timer ? hold() : run());
  speed.onchange = () => timer && run();
  bar.oninput = () => {
    hold();
    show(Number(bar.value));
  };
  root.stop = hold;
  const track = make("div", { className: "mer-track-of-time" }, bar, marks);
  root.replaceChildren(screen, track, make("div", { className: "mer-controls" }, play, speed, said));
  show(0);
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) sign();
  else run();
  return () => hold();
}
