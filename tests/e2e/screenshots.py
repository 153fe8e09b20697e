"""`make screenshots`: every page and state at three widths, light and dark, under build/screenshots/, to be looked at.

`python -m tests.e2e.screenshots WORD …` takes only what has one of the words in its name. Ends with
`pages=N files=6N missing=0`, and with 1 if a page of the resolver is not listed or one could not be taken.
"""

import sys
from pathlib import Path

from tests.e2e.pages import PAGES, STATES, demo_world, missing  # isort: skip
from tests.conftest import NO_BROWSER, find_chromium
from tests.e2e.browser import chromium, sign_in
from tests.e2e.server import serving

FOLDER = Path(__file__).resolve().parents[2] / "build" / "screenshots"
WIDTHS = {1440: 900, 720: 800, 390: 844}


def main():
    path = find_chromium() or sys.exit(NO_BROWSER)
    FOLDER.mkdir(parents=True, exist_ok=True)
    pages = [page for page in PAGES + STATES if not sys.argv[1:] or any(word in str(page) for word in sys.argv[1:])]
    files, failed = 0, []
    with demo_world() as world, serving() as address, chromium(path) as browser:
        not_listed = missing()
        for width, height in WIDTHS.items():
            for scheme in ("light", "dark"):
                contexts = {}
                for page in pages:
                    context = contexts.get(page.who) or context_of(
                        browser, world, page.who, address, width, height, scheme
                    )
                    contexts[page.who] = context
                    if problem := take(context, page, world, f"{width}-{scheme}"):
                        failed.append(f"{page} {width} {scheme}: {problem}")
                    else:
                        files += 1
                for context in contexts.values():
                    context.close()
    for name in not_listed:
        print(f"not listed: {name}")
    for name in failed:
        print(f"not taken: {name}")
    print(f"pages={len(pages)} files={files} missing={len(not_listed) + len(failed)}")
    sys.exit(bool(not_listed or failed))


def context_of(browser, world, who, address, width, height, scheme):
    context = browser.new_context(
        viewport={"width": width, "height": height},
        base_url=address,
        color_scheme=scheme,
        reduced_motion="reduce",
        service_workers="block",  # some states stand in the way of requests, which a worker's cannot be
    )
    if world.people[who]:
        sign_in(context, world.people[who], address)
    return context


def take(context, page, world, suffix):
    """One picture of the whole page, of the room what fits the window; returns why it is not of that page, or None."""
    tab = context.new_page()
    problem = page.open(tab, world)
    tab.screenshot(path=FOLDER / f"{page}-{suffix}.png", full_page=page.name != "interviews:room")
    tab.close()
    return problem


if __name__ == "__main__":
    main()
