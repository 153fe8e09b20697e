// The guide on paper: [data-print] prints, and so does an address that ends in #print.
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});
if (location.hash === "#print") window.addEventListener("load", () => window.print(), { once: true });
