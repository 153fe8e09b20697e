// Sentences come translated from the page; say("left", {n: 3}) fills their slots.
const words = document.querySelector("[data-room-words]").dataset;

export const say = (name, slots = {}) => words[name].replace(/\{(\w+)\}/g, (_, slot) => slots[slot]);

export const clockTime = (moment) =>
  new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(moment);
