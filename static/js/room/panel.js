// The panel live: one event stream per browser and interview says where the lead is, what was asked and what was dropped.
// Everybody else follows the lead unless they choose not to; the lead's own room says where that is. Nothing of a
// scorecard goes either way, and without the stream the room works on alone.
import { csrfToken } from "../csrf.js";
import { hint } from "./pacing.js";
import { current, go, outcome, panels, sentHere, STRAYED, UNTOLD } from "./room.js";
import { covered, say, share, state, valueOf } from "../saving/scorecard.js";

const room = document.querySelector("[data-room]");
const { interview } = room.dataset;
const { user } = JSON.parse(document.querySelector("meta[name=saving]").content);
const leads = room.hasAttribute("data-leads");
const base = `/interviews/${interview}/room/`;
const here = () => current().dataset.panel;
const questions = panels.filter(({ dataset }) => dataset.question).map(({ dataset }) => dataset.panel);

// The stream. Whoever has the lock has it, and hands on to the other tabs what comes.

const SILENT = 35_000; // milliseconds; the server beats every 15 s, and a connection may die without a word
const QUIETLY = 4000; // a break that is over before nobody need hear of
const FIRST = 2500; // at most, as is all that follows
const LONGEST = 30_000;
const SPREAD = 500; // a network comes back to all at one moment
const name = `evenhand-panel-${interview}-${user}`;
const channel = globalThis.BroadcastChannel ? new BroadcastChannel(name) : null;
let source = null;
let mine = false; // this tab has the lock
let silence, retry, saying;
let tries = 0;
let outOfTouch = false;

function connect() {
  mine = true;
  clearTimeout(retry);
  source?.close();
  source = covered() ? null : new EventSource(`${base}events/`);
  if (!source) return;
  source.onmessage = ({ data }) => heard(JSON.parse(data));
  source.addEventListener("beat", () => heard());
  source.onerror = lost;
  wait();
}

function heard(fresh) {
  tries = 0;
  wait();
  channel?.postMessage({ fresh });
  take(fresh);
}

function wait() {
  clearTimeout(silence);
  silence = setTimeout(lost, SILENT);
}

// Those who lose it together come back one by one, all within 5 s; later each tries less and less often.
function lost() {
  clearTimeout(silence);
  source?.close();
  source = null;
  channel?.postMessage({ lost: true });
  miss();
  soon(Math.min(FIRST * 2 ** tries++, LONGEST));
}

function soon(longest) {
  clearTimeout(retry);
  retry = setTimeout(connect, longest * (0.1 + 0.9 * Math.random()));
}

function take(fresh) {
  clearTimeout(saying);
  saying = null;
  outOfTouch = false;
  if (fresh) share(fresh);
  show();
}

function miss() {
  saying ??= setTimeout(() => {
    outOfTouch = true;
    show();
  }, QUIETLY);
}

function join() {
  miss();
  if (!navigator.locks) return connect();
  if (channel) {
    channel.onmessage = ({ data }) => {
      if (data.lost) miss();
      else if (!data.hello) take(data.fresh);
      else if (source?.readyState === EventSource.OPEN) channel.postMessage({ fresh: { interview: state.interview, panel: state.panel } });
    };
    channel.postMessage({ hello: true });
  }
  navigator.locks.request(name, () => (connect(), new Promise(() => {})));
  const again = () => document.visibilityState === "visible" && mine && !source && soon(SPREAD);
  addEventListener("online", again);
  document.addEventListener("visibilitychange", again);
  document.addEventListener("scorecard:covered", () => (covered() ? rest() : mine && connect()));
}

// Under another name nothing more is heard, nor missed.
function rest() {
  for (const timer of [silence, retry]) clearTimeout(timer);
  source?.close();
  source = null;
}

// The lead's room says where it is. What it says follows from what was on screen and what the lead dropped, not from
// what was rated or noted. A lead may have several rooms open, and all of them hear of each outcome: the place is told
// only by the one in which the lead went there, until they go somewhere in another.

const ASKED = 20_000; // on the screen that long, a question is being asked
const GLANCED = 3000; // passed on the way to a later one sooner, it is not
const SOON = 200;
const LATER = 2000; // the room that the lead is in goes first, and most often leaves nothing to say
const asked = new Set(state.panel?.asked);
const inherited = new Set(state.panel?.dropped); // by who led before
const isDropped = (key) => outcome(key) === "not_reached" || (inherited.has(key) && valueOf(`${key}.outcome`) == null);
const untold = () => sessionStorage.getItem(UNTOLD) !== null;
const course = () => state.panel?.shown || panels[0].dataset.panel; // where everybody begins needs no telling
let own = false; // the course is where this room is, or will be once it is told
let at = null;
let since = Infinity;
let begun, telling;
let told = message(course());
let underWay = false;
let delay = 1000;

const isCourse = () => own || course() === here();

function moved() {
  const place = ({ dataset }) => dataset.panel === at;
  if (at && Date.now() - since > GLANCED && panels.findIndex(place) < panels.indexOf(current())) asked.add(at);
  went();
  at = here();
  time();
  tellSoon();
}

function went() {
  if (document.visibilityState !== "visible") return; // nobody goes anywhere in a tab behind another one
  own = true;
  sessionStorage.setItem(UNTOLD, "");
  told = ""; // in another room the lead may have been elsewhere meanwhile
}

// Before a reload, at the stand-in for what was on screen, or as somebody who followed nobody, the lead went here too.
function begin() {
  if (untold() || sentHere || strayed() || (state.panel.shown && current().dataset.replaces === state.panel.shown)) went();
  sessionStorage.removeItem(STRAYED);
  at = here();
  time();
  tellSoon();
}

// Only where the course is, something is being asked.
function time() {
  clearTimeout(begun);
  since = isCourse() ? Date.now() : Infinity;
  if (isCourse()) begun = setTimeout(() => (asked.add(at), tellSoon()), ASKED);
}

// The lead went on in another room.
function overtaken() {
  for (const key of state.panel.asked) asked.add(key);
  if (own && !untold() && course() !== here()) own = false;
  if (isCourse() !== (since < Infinity)) time();
}

function tellSoon(wait = own ? SOON : LATER) {
  clearTimeout(telling);
  telling = setTimeout(tell, wait);
}

function message(shown, wereAsked = (key) => asked.has(key) && !isDropped(key), wereDropped = isDropped) {
  return JSON.stringify({ shown, asked: questions.filter(wereAsked), dropped: questions.filter(wereDropped) });
}

const known = () => message(course(), (key) => state.panel.asked.includes(key), (key) => state.panel.dropped.includes(key));

async function tell() {
  const shown = own ? here() : course();
  const body = message(shown);
  if (underWay || body === told || covered() || state.panel.lead !== user) return;
  if (!own && body === known()) return;
  if (!own && outOfTouch) return tellSoon(); // the course may be elsewhere by now
  underWay = true;
  const headers = { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrfToken() ?? "" };
  const answer = await fetch(`${base}course/`, { method: "POST", headers, body, keepalive: true }).catch(() => null);
  underWay = false;
  if (answer?.ok || (await isFinal(answer))) {
    told = body;
    delay = 1000;
    if (shown === here()) sessionStorage.removeItem(UNTOLD);
    return tellSoon(); // what changed meanwhile
  }
  delay = Math.min(delay * 2, LONGEST);
  tellSoon(delay * (0.5 + Math.random() / 2));
}

// What the server will say again to the same words.
async function isFinal(answer) {
  if (!answer || answer.status >= 500 || answer.status === 401) return false;
  const { code } = await answer.json().catch(() => ({}));
  return code !== "csrf";
}

// Everybody else's follows.

const CHOICE = `evenhand-follow-${user}`; // device.js removes it
const CALM = 1500; // milliseconds without a key or a click: nobody is moved in the middle of something
const STARTLED = 800; // what is pressed so soon after a move was meant for the question before
const WRITING = "input:not([type=radio], [type=checkbox]), textarea, select";
const links = leads ? [] : [...room.querySelectorAll("[data-go]")];
const toggle = room.querySelector("[data-follow]");
const line = room.querySelector("[data-lead-line]");
const words = line.querySelector("[data-lead-words]");
const said = room.querySelector("[data-lead-said]");
const act = line.querySelector("[data-lead-go]");
let moving = false;
let movedAt = 0;
let actedAt = 0;
let later;

const chosen = () => localStorage.getItem(CHOICE) !== "off";
const strayed = () => sessionStorage.getItem(STRAYED) !== null;
const follows = () => !leads && chosen() && !strayed();
const away = () => Boolean(state.panel.shown) && state.panel.shown !== here();
const busy = () => document.activeElement.matches(WRITING) || document.querySelector("dialog[open], :popover-open") !== null;

function follow() {
  clearTimeout(later);
  show();
  if (!follows() || !away()) return;
  const rest = busy() ? CALM : actedAt + CALM - Date.now();
  if (rest > 0) return void (later = setTimeout(follow, rest));
  moveTo(state.panel.shown);
  movedAt = Date.now();
}

function moveTo(key, focus = current().contains(document.activeElement) || document.activeElement === document.body) {
  moving = true;
  go(key, { focus });
  moving = false;
}

function strayOrNot() {
  if (moving || leads || !chosen()) return;
  if (away()) sessionStorage.setItem(STRAYED, "");
  show();
}

// By its key: to the lead if they are elsewhere, else following is switched.
export function followLead() {
  if (!toggle || toggle.hidden) return hint(say("notHere"));
  if (follows() && !away()) return choose(false);
  choose(true);
}

function choose(on) {
  localStorage.setItem(CHOICE, on ? "on" : "off");
  sessionStorage.removeItem(STRAYED);
  if (on && away()) moveTo(state.panel.shown, true);
  show();
  hint(say(on ? "follows" : "followsNot"));
}

// What is quiet: which question the lead is at, where that is another one, and that the panel is out of reach.
function show() {
  if (leads) return write(outOfTouch ? say("untouchedLead") : "");
  const { shown, asked: wereAsked, dropped } = state.panel;
  toggle.setAttribute("aria-pressed", follows());
  toggle.hidden = state.interview === "finished"; // nobody leads any more
  for (const link of links) mark(link, link.dataset.go === shown && !toggle.hidden ? "lead" : dropped.includes(link.dataset.go) ? "dropped" : wereAsked.includes(link.dataset.go) ? "asked" : "");
  const panel = panels.find(({ dataset }) => dataset.panel === shown);
  const title = panel && [panel.dataset.number, panel.dataset.title].filter(Boolean).join(". ");
  if (outOfTouch) write(say("untouched"));
  else if (title && !toggle.hidden && away() && chosen() && (strayed() || busy())) write(say(strayed() ? "leftLead" : "leadAt", { title }), say(strayed() ? "followAgain" : "goThere"));
  else write("");
}

function write(text, offer = "") {
  if (words.textContent !== text) said.textContent = words.textContent = text;
  line.hidden = !text;
  act.hidden = !offer;
  act.firstChild.data = `${offer} `;
}

// In words beside the name; where names have no room, by a sign at the number (room.css).
const MARKS = { lead: "markLead", asked: "markAsked", dropped: "markDropped" };
function mark(link, kind) {
  if ((link.dataset.panelMark ?? "") === kind) return;
  link.dataset.panelMark = kind;
  const place = link.querySelector("[data-mark]") ?? link.querySelector(".name").appendChild(document.createElement("small"));
  Object.assign(place, { textContent: kind && ` · ${say(MARKS[kind])}` }).dataset.mark = "";
}

// The lead's buttons go with the lead, and come by a reload that loses nothing.
const ledBy = state.panel?.lead;
function leadChanged() {
  const { lead } = state.panel;
  const notice = document.querySelector("[data-lead-changed]");
  notice.hidden = lead === ledBy || (!leads && lead !== user);
  for (const part of document.querySelectorAll("[data-leads-only]")) part.hidden = leads && lead !== user;
  if (leads && lead !== user) for (const dialog of document.querySelectorAll("#finish[open], #pause[open]")) dialog.close();
  if (!notice.hidden) notice.querySelector("p").textContent = say(lead === user ? "leadsNow" : "leadsNoMore");
}

function acted() {
  actedAt = Date.now();
}

// A rating that was on its way when the question changed is not given to the next one.
function startle(event) {
  if (Date.now() - movedAt > STARTLED) return;
  if (event.type === "click" ? !event.target.closest(".answer label, .answer button") : !/^Digit|^Numpad/.test(event.code)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  hint(say("justMoved"));
}

if (!state.rehearsal) {
  join();
  document.addEventListener("scorecard:panel", leadChanged);
  document.addEventListener("scorecard:panel", leads ? show : follow);
  if (leads) {
    document.addEventListener("scorecard:panel", overtaken);
    addEventListener("online", () => tellSoon());
    document.addEventListener("room:shown", moved);
    document.addEventListener("scorecard:field", ({ detail: { field } }) => field.endsWith(".outcome") && tellSoon());
    begin();
  } else {
    sessionStorage.removeItem(UNTOLD); // of who led until now
    if (sentHere) strayOrNot();
    addEventListener("keydown", startle, true);
    addEventListener("click", startle, true);
    for (const type of ["keydown", "pointerdown", "input"]) addEventListener(type, acted, true);
    document.addEventListener("room:shown", strayOrNot);
    document.addEventListener("focusin", show);
    document.addEventListener("focusout", () => setTimeout(follow));
    toggle.addEventListener("click", () => choose(!follows()));
    act.addEventListener("click", () => choose(true));
    show();
  }
}
