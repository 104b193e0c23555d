// The workflow as text: line numbers, faults told while one types, and links that lead to their line.
(() => {
  const form = document.getElementById("editor");
  const text = document.getElementById("text");
  if (!form || !text) return;

  const numbers = document.createElement("pre");
  numbers.setAttribute("aria-hidden", "true");
  text.before(numbers);
  const count = () => {
    const lines = text.value.split("\n").length;
    if (numbers.childElementCount !== lines) {
      numbers.replaceChildren(...Array.from({ length: lines }, (_, at) => {
        const line = document.createElement("span");
        line.textContent = at + 1;
        return line;
      }));
    }
    numbers.scrollTop = text.scrollTop;
  };
  text.addEventListener("scroll", () => { numbers.scrollTop = text.scrollTop; });

  const go = (line, column) => {
    const lines = text.value.split("\n");
    const start = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0) + column - 1;
    text.focus();
    text.setSelectionRange(start, start);
    text.scrollTop = Math.max(0, (line - 4) * (text.scrollHeight / lines.length));
  };

  const faults = document.getElementById("faults");
  faults.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-line]");
    if (!link) return;
    event.preventDefault();
    go(Number(link.dataset.line), Number(link.dataset.column));
  });

  let wait, asked = 0;
  const check = async () => {
    const mine = ++asked;
    const answer = await fetch(form.dataset.check, { method: "POST", body: new FormData(form) }).catch(() => null);
    if (answer && answer.ok && mine === asked) faults.innerHTML = await answer.text();
  };
  text.addEventListener("input", () => {
    count();
    clearTimeout(wait);
    wait = setTimeout(check, 600);
  });

  count();
  if (text.dataset.line) go(Number(text.dataset.line), 1);
})();
