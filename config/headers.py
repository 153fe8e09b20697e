"""Headers that Django does not set itself."""

# What no page here uses, none can be made to use.
UNUSED = ("camera", "geolocation", "microphone", "midi", "payment", "serial", "usb")
HEADERS = {
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in UNUSED),
}


class HeadersMiddleware:
    """On every answer, static files too: it stands before whatever serves them."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response
