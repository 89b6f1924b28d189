// Reads on from the cursor that the page was rendered with. A message may be on the page and come by the
// stream too, if it was written while the page was made: each id is shown once.

const state = document.getElementById("state");
const list = document.getElementById("messages");
const form = document.getElementById("form");
const trouble = document.getElementById("trouble");
const seen = new Set(Array.from(list.children, (item) => item.dataset.id));

// The page was made without knowing the reader's time zone.
list.querySelectorAll("time").forEach((time) => (time.textContent = clock(time.dateTime)));
list.scrollTop = list.scrollHeight;

const source = new EventSource("/events/chat?since=" + encodeURIComponent(list.dataset.cursor));
source.onopen = () => show("open", "connected");
source.onerror = () => show("wait", source.readyState === EventSource.CLOSED ? "refused" : "reconnecting");
source.onmessage = (event) => {
  const message = JSON.parse(event.data);
  if (!seen.has(message.id)) {
    seen.add(message.id);
    append(item(message));
  }
};
source.addEventListener("sluice.gap", () => {
  const line = document.createElement("li");
  line.className = "gap";
  line.textContent = "Some messages are missing here: load the page again to see them.";
  append(line);
});

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  trouble.textContent = "";
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      headers: { "X-Requested-With": "fetch" },
      body: new URLSearchParams(new FormData(form)),
    });
    if (!answer.ok) {
      throw new Error(await answer.text());
    }
    form.elements.text.value = "";
  } catch (failure) {
    trouble.textContent = "Not sent: " + failure.message;
  }
  form.elements.text.focus();
});

function show(kind, text) {
  if (state.textContent !== text) {
    state.dataset.state = kind;
    state.textContent = text;
  }
}

function clock(time) {
  return new Date(time).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}

function append(line) {
  const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
  list.append(line);
  if (atEnd) {
    list.scrollTop = list.scrollHeight;
  }
}

function item(message) {
  const line = document.createElement("li");
  line.dataset.id = message.id;
  const author = document.createElement("b");
  author.textContent = message.author;
  const time = document.createElement("time");
  time.dateTime = message.time;
  time.textContent = clock(message.time);
  const text = document.createElement("p");
  text.textContent = message.text;
  line.append(author, " ", time, text);
  return line;
}
