// Under attack: does a small piece of work for the report while it is written, and waits for it when it is sent.
// Without it - no worker, a slow device - the report goes off all the same, and a person looks at it first.
(() => {
  const field = document.getElementById("proof");
  const told = document.getElementById("proof-told");
  const form = field && field.form;
  if (!form || !window.Worker) return;
  const SIGN = 6000;
  let sending = false, signs;

  function go() {
    clearInterval(signs);
    if (sending) form.submit();
  }
  const worker = new Worker(field.dataset.worker);
  worker.onmessage = (event) => { field.value = event.data; worker.terminate(); go(); };
  worker.onerror = () => { field.dataset.failed = "1"; go(); };
  worker.postMessage({ challenge: form.elements.key.value, bits: Number(field.dataset.bits) });

  form.addEventListener("submit", (event) => {
    if (field.value || field.dataset.failed || sending) return;
    event.preventDefault();
    sending = true;
    told.textContent = told.dataset.begin;
    signs = setInterval(() => { told.textContent = told.dataset.still + " ".repeat(Date.now() % 2); }, SIGN);
    setTimeout(() => { if (!field.value) { worker.terminate(); go(); } }, Number(field.dataset.patience));
  });
  addEventListener("pageshow", () => { sending = false; told.textContent = ""; });
})();
