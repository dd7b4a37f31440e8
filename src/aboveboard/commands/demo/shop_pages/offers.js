// Waits for a yes, and comes from another host: it notes that an offer was shown.
document.cookie = "offers_shown=1;path=/;max-age=15552000;samesite=lax";
document.addEventListener("DOMContentLoaded", show);
if (document.readyState !== "loading") show();
function show() {
  document.getElementById("offer").textContent = "An offer for you: a bell with every Town 3.";
}
