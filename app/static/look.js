// Small improvements; every page works without them.
(() => {
  // After a refused form the summary of errors is read first; after a success its message is.
  const summary = document.querySelector(".ds-error-summary") || document.querySelector("[data-focus]");
  if (summary) summary.focus();

  // Filters apply when changed.
  for (const form of document.querySelectorAll("form[data-auto]")) {
    form.addEventListener("change", (event) => {
      if (event.target.matches("select, input[type=date], input[type=checkbox]") && !event.target.closest("details")) form.requestSubmit();
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
})();
