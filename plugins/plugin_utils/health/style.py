# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the page looks. Everything is in it: a page that is mailed or copied has nothing to fetch."""

from __future__ import annotations

CSS = """
:root {
  color-scheme: light dark;
  --page: #f4f5f7; --card: #ffffff; --ink: #1c2127; --soft: #5b6570; --edge: #d6dbe1; --tint: #eef1f4;
  --ok: #1a7f4b; --bad: #c4262e; --hit: #8f5a00;
  --ok-tint: #e8f5ee; --bad-tint: #fdecec; --hit-tint: #fdf3df;
  --way: #4a6fa5; --bus: #7a5aa6; --data: #2f7f86; --sign: #ffffff;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0f1216; --card: #181c22; --ink: #e5e9ee; --soft: #9aa5b1; --edge: #323943; --tint: #20262e;
    --ok: #4cc38a; --bad: #ff7b78; --hit: #e2b04a;
    --ok-tint: #14281f; --bad-tint: #341a1c; --hit-tint: #2e2512;
    --way: #86a9dd; --bus: #b597e0; --data: #68bdc4; --sign: #10141a;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--page); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif;
}
main { max-width: 1180px; margin: 0 auto; padding: 28px 24px 40px; }
h1 { font-size: 24px; line-height: 1.25; margin: 0; }
h2 { font-size: 17px; margin: 36px 0 12px; }
a { color: inherit; }
p { margin: 0; }
code, pre { font: 13px/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
.soft { color: var(--soft); }
header .soft { overflow-wrap: anywhere; }
.sign { fill: currentColor; stroke: currentColor; stroke-width: 0; }
.sign path { fill: none; stroke: var(--sign); stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
.sign path.f { fill: currentColor; stroke: none; }
.ok { color: var(--ok); } .bad { color: var(--bad); } .hit { color: var(--hit); } .plan { color: var(--way); }
svg.mark { width: 18px; height: 18px; flex: none; }

.verdict {
  display: flex; gap: 12px; align-items: center; margin: 20px 0 0; padding: 14px 18px; border-radius: 10px;
  border: 1px solid currentColor; font-size: 17px; font-weight: 600;
}
.verdict span { color: var(--ink); }
.verdict.ok { background: var(--ok-tint); } .verdict.bad { background: var(--bad-tint); }

.finding, .warning {
  background: var(--card); border: 1px solid var(--edge); border-left: 5px solid var(--bad); border-radius: 10px;
  padding: 16px 18px; margin: 14px 0 0;
}
.warning { border-left-color: var(--hit); }
.finding h3, .warning h3 {
  margin: 0 0 6px; font-size: 16px; display: flex; flex-wrap: wrap; gap: 2px 10px; align-items: baseline;
}
.finding h3 span { font-weight: 400; }
.finding h3 small, .warning h3 small { font-weight: 400; color: var(--soft); font-size: 13px; }
.finding p, .warning p { overflow-wrap: anywhere; max-width: 100ch; }
.next { display: flex; flex-wrap: wrap; gap: 4px 12px; align-items: baseline; margin: 12px 0 0; }
.next pre {
  margin: 0; padding: 7px 12px; background: var(--tint); border-radius: 6px; flex: 1 1 300px; white-space: pre-wrap;
  overflow-wrap: anywhere; user-select: all;
}
.affected { margin: 10px 0 0; font-size: 14px; overflow-wrap: anywhere; }
details { margin: 10px 0 0; font-size: 14px; }
summary { cursor: pointer; color: var(--soft); }
details ul { margin: 6px 0 0; padding-left: 20px; }
details li { overflow-wrap: anywhere; }

.picture { background: var(--card); border: 1px solid var(--edge); border-radius: 10px; padding: 18px; }
.picture > svg { display: block; width: 100%; height: auto; margin: 0 auto; }
.picture > svg.narrow { display: none; }
.host { fill: var(--card); stroke: var(--edge); stroke-width: 1.5; }
.frame { fill: var(--tint); stroke: none; }
.part rect { fill: var(--card); stroke: currentColor; stroke-width: 1.2; }
.part.bad > rect { fill: var(--bad-tint); stroke-width: 2.4; }
.part.hit > rect { fill: var(--hit-tint); stroke-width: 1.8; stroke-dasharray: 5 3; }
.part .sign rect { fill: currentColor; stroke: none; }
svg text { fill: var(--ink); font-size: 12.5px; }
svg text.title { font-size: 14px; font-weight: 700; }
svg text.name { font-weight: 600; }
svg text.small { font-size: 11.5px; fill: var(--soft); }
.line { fill: none; stroke-width: 1.8; }
.head { stroke: none; }
.line.way { stroke: var(--way); } .head.way { fill: var(--way); }
.line.bus { stroke: var(--bus); stroke-dasharray: 6 3; } .head.bus { fill: var(--bus); }
.line.data { stroke: var(--data); stroke-dasharray: 2 3; } .head.data { fill: var(--data); }
.legend { display: flex; flex-wrap: wrap; gap: 4px 20px; margin: 16px 0 0; font-size: 13px; color: var(--soft); }
.legend span { display: flex; gap: 7px; align-items: center; }
.legend svg.stroke { width: 30px; height: 8px; }

.scroll { background: var(--card); border: 1px solid var(--edge); border-radius: 10px; overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: 8px 14px; vertical-align: top; }
th { font-size: 13px; color: var(--soft); font-weight: 600; border-bottom: 1px solid var(--edge); white-space: nowrap; }
tr + tr td { border-top: 1px solid var(--edge); }
td { overflow-wrap: anywhere; }
td.number { font-variant-numeric: tabular-nums; white-space: nowrap; }
td .state { display: flex; gap: 8px; align-items: center; }
td .state span { color: var(--ink); }
tr.bad td { background: var(--bad-tint); } tr.hit td { background: var(--hit-tint); }
tr.bad, tr.hit, tr.ok, tr.plan { color: inherit; }
footer { margin: 36px 0 0; font-size: 13px; color: var(--soft); }

@media (max-width: 820px) {
  main { padding: 18px 16px 32px; }
  .picture > svg.wide { display: none; }
  .picture > svg.narrow { display: block; }
  .picture { padding: 8px; }
  .legend { padding: 0 6px 6px; }
  table, tbody, tr, td { display: block; }
  thead { display: none; }
  tr { display: grid; grid-template-columns: 1fr 1fr; padding: 10px 14px; gap: 2px 12px; }
  tr + tr { border-top: 1px solid var(--edge); }
  tr + tr td { border-top: 0; }
  tr.bad { background: var(--bad-tint); } tr.hit { background: var(--hit-tint); }
  tr.bad td, tr.hit td { background: none; }
  td { padding: 0; }
  td:first-child { font-weight: 600; }
  td[data-label]::before { content: attr(data-label) " "; color: var(--soft); font-size: 13px; }
  td.whole { grid-column: 1 / -1; }
}
@media print {
  body { background: none; }
  .finding, .picture, .scroll { break-inside: avoid; }
}
"""
