// Dragging a message to another day of the month: where it is dropped, the page opens
// that shows what moves with it, and asks. Without it that page has a field for the day.
(() => {
  let held = null;
  const dayOf = e => held && e.target.closest?.("[data-drops] [data-day]");
  const mark = day => {
    document.querySelector(".day.over")?.classList.remove("over");
    day?.classList.add("over");
  };
  document.addEventListener("dragstart", e => {
    held = e.target.closest?.("[data-move]");
    if (!held) return;
    e.dataTransfer.effectAllowed = "move";
    e.dataTransfer.setData("text/plain", held.textContent.trim());
    held.classList.add("held-up");
  });
  document.addEventListener("dragover", e => {
    const day = dayOf(e);
    mark(day);
    if (day) e.preventDefault();
  });
  document.addEventListener("dragend", () => {
    held?.classList.remove("held-up");
    held = null;
    mark();
  });
  document.addEventListener("drop", e => {
    const day = dayOf(e);
    if (!day) return;
    e.preventDefault();
    if (day !== held.closest("[data-day]")) location = held.dataset.move + "&to=" + day.dataset.day;
  });
})();
