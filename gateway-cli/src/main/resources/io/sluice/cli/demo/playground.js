// Four readers of one channel, each with nothing but what the browser has. Each keeps its cursor, so that
// "restore" goes on where "cut" left off.

const PATH = "/events/demo";

const READERS = {
  websocket(pane) {
    const url = new URL(PATH + start(pane), location.href);
    url.protocol = url.protocol.replace("http", "ws");
    const socket = new WebSocket(url, "sluice.v1.json");
    socket.onmessage = (event) => {
      const message = JSON.parse(event.data);
      if (message.op === "hello") {
        pane.cursor = message.cursor;
        pane.show("open", "connected");
      } else if (!message.op) {
        pane.take(message, message.cursor);
      }
    };
    socket.onclose = () => pane.again();
    return () => {
      socket.onclose = null;
      socket.onmessage = null;
      socket.close();
    };
  },

  sse(pane) {
    // With format=json the data says the event's name too; EventSource comes back by itself.
    const source = new EventSource(PATH + start(pane, "format=json"));
    const take = (event) => pane.take(JSON.parse(event.data), event.lastEventId);
    source.addEventListener("sluice.open", (event) => {
      pane.cursor = event.lastEventId;
      pane.show("open", "connected");
    });
    for (const name of ["message", "count", "sluice.gap"]) {
      source.addEventListener(name, take);
    }
    source.onerror = () => {
      if (source.readyState === EventSource.CLOSED) {
        pane.again();
      } else {
        pane.show("wait", "reconnecting");
      }
    };
    return () => source.close();
  },

  "long-poll": (pane) => poll(pane, { Prefer: "wait=25" }, 0),

  poll: (pane) => poll(pane, {}, 1000),
};

function start(pane, more) {
  const query = [pane.cursor ? "since=" + encodeURIComponent(pane.cursor) : "rewind=1"];
  return "?" + query.concat(more || []).join("&");
}

function poll(pane, headers, pause) {
  const stop = new AbortController();
  const ask = async () => {
    try {
      const answer = await fetch(PATH + start(pane), { headers, signal: stop.signal, cache: "no-store" });
      if (!answer.ok) {
        throw new Error("HTTP " + answer.status);
      }
      const { events, next } = await answer.json();
      if (stop.signal.aborted) {
        return;
      }
      pane.show("open", "connected");
      for (const event of events) {
        pane.take(event, event.cursor);
      }
      pane.cursor = next;
      setTimeout(() => stop.signal.aborted || ask(), pause);
    } catch (failure) {
      if (!stop.signal.aborted) {
        pane.again();
      }
    }
  };
  ask();
  return () => stop.abort();
}

class Pane {
  constructor(section) {
    this.read = READERS[section.dataset.transport];
    this.part = (name) => section.querySelector(`[data-part="${name}"]`);
    this.state = section.querySelector(".state");
    this.received = 0;
    this.missing = 0;
    this.repeated = 0;
    this.button = this.part("cut");
    this.button.addEventListener("click", () => (this.cutNow ? this.cut() : this.restore()));
    this.restore();
  }

  restore() {
    this.button.textContent = "Cut";
    this.show("wait", "connecting");
    this.cutNow = this.read(this);
  }

  cut() {
    clearTimeout(this.timer);
    this.cutNow();
    this.cutNow = null;
    this.button.textContent = "Restore";
    this.show("cut", "cut");
  }

  again() {
    this.show("wait", "reconnecting");
    this.timer = setTimeout(() => this.restore(), 500 + Math.random() * 2000);
  }

  show(kind, text) {
    if (this.state.textContent !== text) {
      this.state.dataset.state = kind;
      this.state.textContent = text;
    }
  }

  take(entry, cursor) {
    this.cursor = cursor;
    if (entry.gap) {
      this.say("gap: " + entry.gap, "gap");
      this.last = undefined;
    } else if (entry.name === "count") {
      this.number(entry.data.n);
    } else {
      this.say(typeof entry.data === "string" ? entry.data : JSON.stringify(entry.data ?? "(binary)"));
    }
  }

  number(n) {
    if (this.last !== undefined) {
      this.missing += Math.max(0, n - this.last - 1);
      this.repeated += n <= this.last ? 1 : 0;
    }
    this.last = n;
    this.received++;
    this.part("count").textContent = n;
    this.part("tally").textContent = `${this.received} received, ${this.missing} missing, ${this.repeated} repeated`;
  }

  say(text, kind) {
    const line = document.createElement("li");
    line.textContent = text.slice(0, 200);
    line.className = kind || "";
    const said = this.part("said");
    said.append(line);
    while (said.children.length > 4) {
      said.firstChild.remove();
    }
  }
}

document.querySelectorAll(".pane").forEach((section) => new Pane(section));
