// Before anybody is in the room: whether this browser keeps what is typed.
import { openOutbox } from "./saving/outbox.js";

const place = document.querySelector("[data-storage-check]");
const { user } = JSON.parse(document.querySelector("meta[name=saving]").content);

// The very storage that the room uses, written to and put on the disk.
const works = await openOutbox(user, () => {}).then((outbox) => outbox.sync().finally(() => outbox.close())).then(() => true, () => false);
place.textContent = works ? place.dataset.good : place.dataset.bad;
place.classList.toggle("warn", !works);
