// Shows the channel "load". EventSource reconnects by itself and sends the last id, so nothing here does.

const SECONDS = 120;
const state = document.getElementById("state");
const readings = [];

const source = new EventSource("/events/load?rewind=" + SECONDS);
source.onopen = () => show("open", "connected");
source.onerror = () => show("wait", source.readyState === EventSource.CLOSED ? "refused" : "reconnecting");
source.addEventListener("load", (event) => {
  readings.push(JSON.parse(event.data));
  readings.splice(0, readings.length - SECONDS);
  draw();
});

function show(kind, text) {
  if (state.textContent !== text) {
    state.dataset.state = kind;
    state.textContent = text;
  }
}

function draw() {
  const now = readings[readings.length - 1];
  const gib = (bytes) => (bytes / 2 ** 30).toFixed(1);
  text("cpu", now.cpu.toFixed(1) + " %");
  text("cpu-note", now.cores + (now.cores === 1 ? " core" : " cores"));
  text("memory", gib(now.memoryUsed) + " GiB");
  text("memory-note", "of " + gib(now.memoryTotal) + " GiB");
  line("cpu-line", (reading) => reading.cpu / 100);
  line("memory-line", (reading) => reading.memoryUsed / reading.memoryTotal);
}

function text(id, value) {
  document.getElementById(id).textContent = value;
}

function line(id, share) {
  const from = SECONDS - readings.length;
  const points = readings.map((reading, i) => `${from + i},${(39 - 38 * Math.min(1, share(reading))).toFixed(2)}`);
  document.getElementById(id).setAttribute("points", points.join(" "));
}
