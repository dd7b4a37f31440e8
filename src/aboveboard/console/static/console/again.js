// A page that waits for something comes back by itself, sooner at first; without this its link does the same.
const waiting = document.querySelector("[data-again]");
if (waiting) {
  const key = `again:${location.pathname}`;
  const times = Number(sessionStorage.getItem(key) ?? 0);
  sessionStorage.setItem(key, String(times + 1));
  const seconds = Math.min(Number(waiting.dataset.again) * (1 + times / 10), 30);
  setTimeout(() => location.reload(), seconds * 1000);
}
