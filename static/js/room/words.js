// Sentences come translated from the page; say("left", {n: 3}) fills their slots.
const words = document.querySelector("[data-room-words]").dataset;

export const say = (name, slots = {}) => words[name].replace(/\{(\w+)\}/g, (_, slot) => slots[slot]);

// The time of day where its reader says they are, as on every other page; the browser may be elsewhere.
const { lang, dataset } = document.documentElement;
const clock = (zone) => new Intl.DateTimeFormat(lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", ...zone });
let format;
try {
  format = clock({ timeZone: dataset.zone });
} catch {
  format = clock(); // a zone this browser does not know
}
export const clockTime = (moment) => format.format(moment);
