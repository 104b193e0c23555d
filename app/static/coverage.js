// Arrow keys move between the cells of the coverage; without this file Tab does.
(() => {
  const table = document.querySelector("table.matrix");
  if (!table) return;
  const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  table.addEventListener("keydown", (event) => {
    const step = steps[event.key];
    const place = event.target.closest("td");
    if (!step || !place || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const row = table.tBodies[0].rows[place.parentElement.sectionRowIndex + step[0]];
    const cell = row && row.cells[place.cellIndex + step[1]];
    const next = cell && cell.querySelector("a.cell");
    if (!next) return;
    event.preventDefault();
    next.focus();
  });
})();
