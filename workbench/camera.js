// Records a few seconds of the reader's camera and hands them over as base64, never as a file.
export default function ({ parentElement, data, setStateValue }) {
  const find = (selector) => parentElement.querySelector(selector);
  const [button, view, says] = ["button", "video", "p"].map(find);
  if (!navigator.mediaDevices?.getUserMedia || !window.MediaRecorder) {
    button.disabled = true;
    says.textContent = data.unavailable;
    return;
  }
  let stream = null;
  const stop = () => {
    stream?.getTracks().forEach((track) => track.stop());
    stream = null;
    view.srcObject = null;
    view.hidden = true;
    button.disabled = false;
  };
  const handOver = (pieces) => {
    const reader = new FileReader();
    reader.onload = () => {
      says.textContent = data.done;
      setStateValue("recording", reader.result.slice(reader.result.indexOf(",") + 1));
    };
    reader.readAsDataURL(new Blob(pieces));
  };
  button.onclick = async () => {
    button.disabled = true;
    says.textContent = data.asking;
    try {
      const video = { width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 60 } };
      stream = await navigator.mediaDevices.getUserMedia({ video, audio: false });
      view.srcObject = stream;
      view.hidden = false;
      await view.play();
      const pieces = [];
      const recorder = new MediaRecorder(stream, { videoBitsPerSecond: 4_000_000 });
      recorder.ondataavailable = (event) => pieces.push(event.data);
      recorder.onstop = () => {
        stop();
        handOver(pieces);
      };
      recorder.start();
      says.textContent = data.recording;
      setTimeout(() => recorder.stop(), 1000 * data.seconds);
    } catch {
      stop();
      says.textContent = data.refused;
    }
  };
  return stop;
}
