// Helps where a password is typed: shows it when asked, says that Caps Lock is on, and says in words what the policy
// makes of a new one. Without this a box is a plain one, and the form says the same once it is sent.
const added = (name, attributes, parent, text = "") => {
  const element = parent.appendChild(document.createElement(name));
  Object.entries(attributes).forEach(([key, value]) => element.setAttribute(key, value));
  element.textContent = text;
  return element;
};

for (const box of document.querySelectorAll("input[data-password]")) {
  const words = box.dataset;
  const row = document.createElement("div");
  row.className = "ab-password";
  box.replaceWith(row);
  row.append(box);
  const button = added(
    "button",
    { type: "button", class: "govuk-button govuk-button--secondary", "aria-controls": box.id },
    row,
  );
  const spoken = added("span", { role: "status", class: "govuk-visually-hidden" }, row);
  const show = (shown) => {
    box.type = shown ? "text" : "password";
    button.textContent = shown ? words.hide : words.show;
    button.setAttribute("aria-label", shown ? words.hideLabel : words.showLabel);
  };
  show(false);
  button.addEventListener("click", () => {
    show(box.type === "password");
    spoken.textContent = box.type === "text" ? words.shown : words.hidden;
  });
  // A browser would offer to remember what was sent from a box of plain text.
  box.form.addEventListener("submit", () => show(false));

  const caps = added("p", { role: "status", class: "ab-password__note" }, row.parentElement);
  const onKey = (event) => {
    caps.textContent = event.getModifierState?.("CapsLock") ? words.caps : "";
  };
  ["keydown", "keyup", "mousedown"].forEach((kind) => box.addEventListener(kind, onKey));
  box.addEventListener("blur", () => (caps.textContent = ""));
  if (words.advice) advise(box, row.parentElement);
}

function advise(box, parent) {
  const note = added("p", { role: "status", class: "ab-password__note" }, parent);
  let waiting, asked;
  const ask = async () => {
    const body = new FormData();
    body.set("password", box.value);
    body.set("csrfmiddlewaretoken", box.form.elements.csrfmiddlewaretoken.value);
    asked = new AbortController();
    try {
      const answer = await fetch(box.dataset.advice, { method: "POST", body, signal: asked.signal });
      if (!answer.ok) return;
      const { allowed, sentences } = await answer.json();
      note.textContent = sentences.join(" ");
      note.classList.toggle("ab-password__note--good", allowed);
    } catch {} // the form itself says it when it is sent
  };
  box.addEventListener("input", () => {
    clearTimeout(waiting);
    asked?.abort();
    if (box.value) waiting = setTimeout(ask, 400);
    else note.textContent = "";
  });
}
