// <select data-time-zone> starts with the zone of this device, if it lists it and nobody has chosen yet.
// Browsers still use some names that were replaced long ago.
const renamed = {
  "America/Buenos_Aires": "America/Argentina/Buenos_Aires",
  "Asia/Calcutta": "Asia/Kolkata",
  "Asia/Katmandu": "Asia/Kathmandu",
  "Asia/Rangoon": "Asia/Yangon",
  "Asia/Saigon": "Asia/Ho_Chi_Minh",
  "Atlantic/Faeroe": "Atlantic/Faroe",
  "Europe/Kiev": "Europe/Kyiv",
};
const here = Intl.DateTimeFormat().resolvedOptions().timeZone;

for (const select of document.querySelectorAll("select[data-time-zone]")) {
  for (const name of [renamed[here], here]) {
    if (name && [...select.options].some((option) => option.value === name)) {
      select.value = name;
      break;
    }
  }
}
