// Waits for a yes: it counts this page under a random number.
if (!/(^|; )aw_visit=/.test(document.cookie)) {
  document.cookie = `aw_visit=${Math.random().toString(36).slice(2)};path=/;max-age=34190000;samesite=lax`;
}
localStorage.setItem("aw-pages", +(localStorage.getItem("aw-pages") || 0) + 1);
