"""`make axe`: axe-core over every page and the states that a page opens into, light and dark.

Ends with `pages=N states=M violations=0`, and with 1 otherwise. Rules: WCAG 2.0 to 2.2, A and AA.
"""

import sys

from tests.e2e.pages import PAGES, STATES, demo_world, missing  # isort: skip
from axe_playwright_python.sync_playwright import Axe

from tests.conftest import NO_BROWSER, find_chromium
from tests.e2e.browser import chromium
from tests.e2e.screenshots import context_of
from tests.e2e.server import serving

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


def main():
    path = find_chromium() or sys.exit(NO_BROWSER)
    axe, found = Axe(), []
    with demo_world() as world, serving() as address, chromium(path) as browser:
        not_listed = missing()
        for scheme, width in (("light", 1440), ("dark", 390)):
            contexts = {}
            for page in PAGES + STATES:
                if page.who not in contexts:
                    contexts[page.who] = context_of(browser, world, page.who, address, width, 900, scheme)
                found += check(axe, contexts[page.who], world, page, scheme)
            for context in contexts.values():
                context.close()
    for line in found:
        print(line)
    for name in not_listed:
        print(f"not listed: {name}")
    print(f"pages={len(PAGES)} states={len(STATES)} violations={len(found)}")
    sys.exit(bool(found or not_listed))


def check(axe, context, world, page, scheme):
    """A line for each element that breaks a rule in this state, or one that says why it was not reached."""
    tab = context.new_page()
    problem = page.open(tab, world)
    if problem:
        tab.close()
        return [f"{page} ({scheme}): not checked: {problem}"]
    results = axe.run(tab, options=RULES).response
    tab.close()
    return [
        f"{page} ({scheme}): {violation['id']}: {' '.join(map(str, node['target']))}: {node['failureSummary'].splitlines()[-1].strip()}"
        for violation in results["violations"]
        for node in violation["nodes"]
    ]


if __name__ == "__main__":
    main()
