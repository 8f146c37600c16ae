"""What whoever asks a closed environment gets, on a server and on AWS: a line of HTML without quotation marks, so that
a configuration can have it in some. It looks again by itself, since not every load balancer can say Retry-After."""

PAGE = (
    "<!doctype html><html lang='en'><meta charset='utf-8'><meta name='viewport' content='width=device-width'>"
    "<meta name='robots' content='noindex'><meta http-equiv='refresh' content='10'><title>Back in a moment</title>"
    "<style>body{font:1.1rem/1.6 system-ui,sans-serif;max-width:32rem;margin:20vh auto;padding:0 1.5rem;"
    "color-scheme:light dark}h1{font-size:1.6rem}</style>"
    "<h1>Back in a moment</h1><p>We are changing something that can't be changed while it runs. "
    "Nothing is lost; this page looks again by itself.</p></html>"
)
