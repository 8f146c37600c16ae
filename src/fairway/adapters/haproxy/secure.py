"""TLS as HAProxy's configuration: pure text, held by golden tests.

Versions and ciphers are those of Mozilla's intermediate profile, which every browser since 2014 speaks, without the
exchange of keys by plain Diffie-Hellman: none of those browsers needs it. Sessions are resumed from HAProxy's memory
and not by tickets, whose key would open what was recorded before.

Each certificate is named with its host name in the list that HAProxy reads, so that no other name in it counts; who
asks for a name that has none is told so (`unrecognized_name`) and shown nothing (`strict-sni`). HAProxy starts with an
empty list too, with a warning. It reads the list and the keys as whoever started it, before its workers become another
user.
"""

LIST = "certificates.list"
CIPHERS = ":".join(
    f"ECDHE-{proof}-{cipher}"
    for cipher in ("AES128-GCM-SHA256", "AES256-GCM-SHA384", "CHACHA20-POLY1305")
    for proof in ("ECDSA", "RSA")
)
SUITES = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256"
CURVES = "X25519:prime256v1:secp384r1"
BIND = (
    '    bind "${{{listener}-{bind}}}" ssl crt-list {list} strict-sni alpn h2,http/1.1 ssl-min-ver TLSv1.2'
    " no-tls-tickets prefer-client-ciphers curves {curves} ciphers {ciphers} ciphersuites {suites}\n"
)
PROTOCOL = "%[ssl_fc,iif(https,http)]"
"""What a request came by, where both may be."""


def bind(listener: str, address: str) -> str:
    """The line that takes connections by TLS, on the inherited socket that the variable names or on the address."""
    return BIND.format(listener=listener, bind=address, list=LIST, curves=CURVES, ciphers=CIPHERS, suites=SUITES)
