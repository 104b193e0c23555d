// Small improvements; every page works without them.
(() => {
  // After a refused form the summary of errors is read first; after a success its message is.
  const summary = document.querySelector(".ds-error-summary") || document.querySelector("[data-focus]");
  if (summary) summary.focus();

  // Filters apply when changed.
  for (const form of document.querySelectorAll("form[data-auto]")) {
    form.addEventListener("change", (event) => {
      if (event.target.matches("select, input[type=date], input[type=checkbox]")) form.requestSubmit();
    });
  }

  // A form is sent once.
  for (const form of document.querySelectorAll("form[method=post]")) {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) event.preventDefault();
      form.dataset.sent = "1";
    });
  }
  addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });

  // Suggestions while typing; without this the typed text is looked up by the server.
  for (const box of document.querySelectorAll("ds-suggestion[data-src]")) {
    const input = box.querySelector("input");
    const options = box.querySelector("u-datalist");
    let timer;
    let latest = "";
    input.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(async () => {
        latest = input.value;
        const address = new URL(box.dataset.src, location.href);
        address.searchParams.set("q", latest);
        const answer = await fetch(address, { headers: { Accept: "application/json" } });
        if (!answer.ok || latest !== input.value) return;
        const found = await answer.json();
        options.replaceChildren(...found.map((label) => {
          const option = document.createElement("u-option");
          option.textContent = label;
          option.value = label;
          return option;
        }));
      }, 200);
    });
  }
})();
