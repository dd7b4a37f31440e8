// Needed: it keeps what is in the basket, and nobody is asked.
document.querySelectorAll("[data-bike]").forEach((button) => button.addEventListener("click", () => {
  document.cookie = `basket=${encodeURIComponent(button.dataset.bike)};path=/;samesite=lax`;
  document.getElementById("basket").textContent = `In your basket: ${button.dataset.bike}.`;
}));
