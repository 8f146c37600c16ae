"""The look of a passage's page, and the policy under which a browser shows it.

The page has this style and nothing else: no script, no image, no font, nothing that is fetched. Its policy allows the
style by its digest, so that whatever a hostile log or name may smuggle in is not run, and not even shown differently.
"""

import base64
import hashlib

STYLE = """
:root{color-scheme:light dark;--ground:#fbfbfa;--card:#fff;--ink:#1c2024;--soft:#5f6670;--line:#e2e4e7;--code:#f3f4f5;
--good:#187a3c;--bad:#b3261e;--warn:#8a5a00;--busy:#2b5fb4;--bar:#c2571a;--badground:#fdf0ef;--warnground:#fdf6e7}
@media (prefers-color-scheme:dark){:root{--ground:#15181b;--card:#1d2125;--ink:#e6e8ea;--soft:#9aa2ab;--line:#33383e;
--code:#15181b;--good:#5cc98a;--bad:#ff8a80;--warn:#f0b95a;--busy:#8ab4f8;--bar:#f0915a;--badground:#2e1f1e;
--warnground:#2b2519}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);
font:16px/1.5 system-ui,"Segoe UI",Roboto,Helvetica,Arial,sans-serif}
main{max-width:60rem;margin:0 auto;padding:1.5rem 1rem 4rem}
h1{font-size:1.5rem;line-height:1.25;margin:0 0 .25rem;overflow-wrap:anywhere}
h2{font-size:1.1rem;margin:2.25rem 0 .75rem}
h3{font-size:1rem;margin:0;overflow-wrap:anywhere}
p{margin:.4rem 0;overflow-wrap:anywhere}
.soft{color:var(--soft)}
.small{font-size:.875rem}
.good{color:var(--good)}.bad{color:var(--bad)}.warn{color:var(--warn)}.busy{color:var(--busy)}
.badge{display:inline-block;border:1px solid currentColor;border-radius:1rem;padding:0 .6rem;font-size:.8rem;
font-weight:600;white-space:nowrap}
.card{background:var(--card);border:1px solid var(--line);border-radius:.6rem;padding:.9rem 1rem;margin:.75rem 0}
.card.refused,.card.failed{border-left:4px solid var(--bad)}
.card.asked{border-left:4px solid var(--warn)}
.card.failed{background:var(--badground)}
.title{display:flex;flex-wrap:wrap;gap:.25rem .75rem;align-items:baseline}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.3rem 1rem;margin:.3rem 0}
dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
.steps{list-style:none;margin:0;padding:0}
.steps li{display:grid;grid-template-columns:1.6rem 7.5rem 1fr;padding:.4rem 0;border-top:1px solid var(--line)}
.steps li:first-child{border-top:0}
.steps b{font-weight:600}.steps span:last-child{overflow-wrap:anywhere}
pre{margin:.5rem 0;padding:.6rem .75rem;background:var(--code);border:1px solid var(--line);border-radius:.4rem;
font:.84rem/1.45 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;white-space:pre-wrap;
overflow-wrap:anywhere}
pre.log{max-height:24rem;overflow:auto}
code{font:.9em ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;overflow-wrap:anywhere}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%}
th{text-align:left;font-weight:500;color:var(--soft);font-size:.875rem}
th,td{padding:.35rem 1rem .35rem 0;border-bottom:1px solid var(--line);vertical-align:top}
td.n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
td.bar{width:35%;min-width:6rem}
svg{display:block;width:100%;height:.9rem;margin-top:.3rem}
rect.track{fill:var(--line)}rect.held{fill:var(--bar)}rect.mild{fill:var(--busy)}
.diff pre{margin:.25rem 0 .75rem}
.added{color:var(--good)}.removed{color:var(--bad)}.changed{color:var(--warn)}
@media (max-width:36rem){.steps li{grid-template-columns:1.6rem 1fr}.steps span:last-child{grid-column:2}
main{padding:1rem .75rem 3rem}dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.4rem}td.bar{display:none}
td,th{padding-right:.6rem}}
@media print{:root{color-scheme:light;--ground:#fff;--card:#fff;--ink:#000;--soft:#444;--line:#bbb;--code:#fff;
--good:#064;--bad:#900;--warn:#640;--busy:#036;--bar:#555;--badground:#fff;--warnground:#fff}
main{max-width:none;padding:0}body{font-size:11pt}.card,tr,.diff{break-inside:avoid}h2{break-after:avoid}
pre.log{max-height:none}}
"""

DIGEST = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY = f"default-src 'none'; style-src 'sha256-{DIGEST}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
"""The header that the server sends with it."""
POLICY_IN_PAGE = POLICY.rpartition(";")[0]
"""The same for the page that lies in a file: frame-ancestors is not heeded there."""
