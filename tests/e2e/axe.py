"""`make axe`: axe-core over every page and the states that a page opens into, light and dark.

Ends with `pages=N states=M violations=0`, and with 1 otherwise. Rules: WCAG 2.0 to 2.2, A and AA.
"""

import sys

from tests.e2e.pages import PAGES, Page, demo_world, missing, pk  # isort: skip
from axe_playwright_python.sync_playwright import Axe

from tests.conftest import NO_BROWSER, find_chromium
from tests.e2e.browser import chromium
from tests.e2e.screenshots import context_of
from tests.e2e.server import serving

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}

ROOM = Page("interviews:room", "lead", pk("live"))
REVIEW = Page("interviews:scorecard_review", "lead", pk("finished"))


def press(*keys):
    return lambda tab: [tab.keyboard.press(key) for key in keys]


def click(selector):
    return lambda tab: tab.locator(selector).first.click()


def submit_empty(tab):
    tab.locator("main form[method=post]").first.evaluate("form => { form.noValidate = true; form.requestSubmit(); }")


# (what it is called, the page, how to get there)
STATES = [
    ("room, question", ROOM, press("j")),
    ("room, rated", ROOM, press("j", "4")),
    ("room, outcome menu", ROOM, press("j", "0")),
    ("room, covered elsewhere", ROOM, press("j", "0", "c")),
    ("room, answers hidden", ROOM, press("j", "h")),
    ("room, jump", ROOM, press("/")),
    ("room, keys", ROOM, press("?")),
    ("room, finish", ROOM, click("[data-dialog=finish]")),
    ("room, more", ROOM, click("[popovertarget=more]")),
    ("room, paused", Page("interviews:room", "lead", pk("paused")), press("j")),
    ("room, observer", Page("interviews:room", "observer", pk("live")), press("j")),
    ("lobby", Page("interviews:room", "lead", pk("scheduled")), press()),
    ("review, not yet", REVIEW, click("text=Submit scorecard")),
    ("record, sealed", Page("interviews:record_detail", "lead", pk("finished")), press()),
    ("record of a panelist", Page("interviews:record_detail", "panelist", pk("record")), press()),
    ("today, lead", Page("interviews:today", "lead"), press()),
    ("today, recruiter", Page("interviews:today", "recruiter"), press()),
    ("today, administrator", Page("interviews:today", "administrator"), press()),
    ("today, no role", Page("interviews:today", "nobody"), press()),
    ("search without hits", Page("questionbank:question_list", "manager", (), "?q=zzzzqqqq"), press()),
    ("records without hits", Page("interviews:record_list", "recruiter", (), "?candidate=zzzzqqqq"), press()),
    ("sign in, error", Page("account_login", ""), submit_empty),
    ("opening, error", Page("interviews:opening_create"), submit_empty),
    ("schedule, error", Page("interviews:interview_schedule"), submit_empty),
    ("import, error", Page("questionbank:import_start"), submit_empty),
    ("account menu", Page("interviews:today"), click("[popovertarget=account-menu]")),
]


def main():
    path = find_chromium() or sys.exit(NO_BROWSER)
    axe, found = Axe(), []
    with demo_world() as world, serving() as address, chromium(path) as browser:
        not_listed = missing()
        for scheme, width in (("light", 1440), ("dark", 390)):
            contexts = {}
            everything = [(page.name, page, press()) for page in PAGES] + STATES
            for name, page, reach in everything:
                if page.who not in contexts:
                    contexts[page.who] = context_of(browser, world, page.who, address, width, 900, scheme)
                found += check(axe, contexts[page.who], world, name, page, reach, scheme)
            for context in contexts.values():
                context.close()
    for line in found:
        print(line)
    for name in not_listed:
        print(f"not listed: {name}")
    print(f"pages={len(PAGES)} states={len(STATES)} violations={len(found)}")
    sys.exit(bool(found or not_listed))


def check(axe, context, world, name, page, reach, scheme):
    """A line for each element that breaks a rule in this state."""
    tab = context.new_page()
    tab.goto(page.path(world))
    reach(tab)
    tab.wait_for_timeout(200)
    results = axe.run(tab, options=RULES).response
    tab.close()
    return [
        f"{name} ({scheme}): {violation['id']}: {' '.join(map(str, node['target']))}: {node['failureSummary'].splitlines()[-1].strip()}"
        for violation in results["violations"]
        for node in violation["nodes"]
    ]


if __name__ == "__main__":
    main()
