/**
 * Style of the report page: light and dark by the reader's setting or choice, and for paper.
 *
 * @module
 */

const LIGHT = `color-scheme: light; --paper: #f4f6f9; --card: #ffffff; --ink: #17202b; --soft: #56616f; --line: #dfe4ea;
  --panel: #f0f3f7; --good: #12733f; --good-soft: #dcf3e5; --bad: #b3202f; --bad-soft: #fbe3e5; --doubt: #8a5300; --accent: #1d5fd0;
  --ok: #2f6fe0; --failed: #c27803; --unknown: #d6336c; --p50: #0b7a70; --p99: #7048c8; --shade: .13;
  --kill: #dd4a41; --pause: #5c7cfa; --partition: #dca31a; --drop: #74a31f; --delay: #16a39a; --disk: #a0683a; --clock: #c255b8;
  --other: #7d8894; --leader: #17874a; --follower: #93a5bb; --candidate: #c98a14; --gone: #c9ced6; --text-on: #ffffff`;

const DARK = `color-scheme: dark; --paper: #0c1016; --card: #141a22; --ink: #e7edf4; --soft: #9aa6b4; --line: #2a323d;
  --panel: #1c242e; --good: #4cc38a; --good-soft: #12301f; --bad: #ff7b82; --bad-soft: #3a171b; --doubt: #e0a63a; --accent: #7aaeff;
  --ok: #5b97f5; --failed: #e0a63a; --unknown: #ff6f9f; --p50: #3ecfc0; --p99: #b79aff; --shade: .2;
  --kill: #f0625a; --pause: #7c95ff; --partition: #e2b23c; --drop: #96c43b; --delay: #2fc4b8; --disk: #c58a58; --clock: #dd7fd5;
  --other: #8b96a3; --leader: #35a86b; --follower: #55677f; --candidate: #d39a2c; --gone: #39424e; --text-on: #0c1016`;

export const STYLE = `
:root { ${LIGHT}; }
[data-theme=dark] { ${DARK}; }
@media (prefers-color-scheme: dark) { :root:not([data-theme=light]) { ${DARK}; } }
* { box-sizing: border-box; }
html { scroll-padding-top: 116px; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.55 system-ui, -apple-system, "Segoe UI", sans-serif; }
main, .bar > div, .hero { max-width: 1140px; margin: 0 auto; padding: 0 24px; }
main { padding-bottom: 48px; }
h1 { font-size: 30px; line-height: 1.2; letter-spacing: -.02em; margin: 0; }
h2 { font-size: 19px; letter-spacing: -.01em; margin: 0 0 12px; } h3 { font-size: 14px; margin: 22px 0 6px; color: var(--soft); font-weight: 600; }
p { margin: 4px 0; } .soft { color: var(--soft); } a { color: var(--accent); }
.skip { position: absolute; left: -999px; } .skip:focus { left: 12px; top: 12px; z-index: 9; background: var(--card); padding: 8px 14px; border-radius: 8px; }
.bar { position: sticky; top: 0; z-index: 5; background: var(--card); border-bottom: 1px solid var(--line); }
.bar > div { display: flex; gap: 4px 18px; align-items: center; min-height: 48px; flex-wrap: wrap; }
.bar b { font-weight: 700; letter-spacing: -.01em; } .bar nav { display: flex; gap: 14px; flex: 1; flex-wrap: wrap; font-size: 13.5px; }
.bar nav a { text-decoration: none; color: var(--soft); padding: 4px 0; } .bar nav a:hover { color: var(--ink); text-decoration: underline; }
.hero { padding-top: 34px; padding-bottom: 8px; }
.hero > div { display: flex; gap: 18px; align-items: center; flex-wrap: wrap; }
.verdict { display: inline-flex; align-items: center; gap: 8px; padding: 6px 18px 6px 14px; border-radius: 999px; font-weight: 700; font-size: 17px; }
.verdict.pass { background: var(--good-soft); color: var(--good); } .verdict.fail { background: var(--bad-soft); color: var(--bad); }
.verdict svg { width: 20px; height: 20px; } .verdict path { fill: none; stroke: currentColor; stroke-width: 3; stroke-linecap: round; stroke-linejoin: round; }
.lead { font-size: 17px; margin: 12px 0 2px; max-width: 76ch; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(108px, 1fr)); gap: 12px; margin: 22px 0 24px; padding: 0; list-style: none; }
.tile { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 12px 14px; font-size: 13px; color: var(--soft); }
.tile b { display: block; font-size: 22px; line-height: 1.25; letter-spacing: -.02em; color: var(--ink); font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.tile.good b { color: var(--good); } .tile.bad b { color: var(--bad); }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 14px; padding: 20px 22px 22px; margin: 0 0 18px; }
.moment { position: sticky; top: 49px; z-index: 4; background: var(--card); border-bottom: 1px solid var(--line); margin: 0 -22px 12px; padding: 8px 22px; display: flex; gap: 6px 14px; align-items: center; flex-wrap: wrap; }
.moment input { flex: 1 1 320px; min-width: 160px; accent-color: var(--accent); padding: 0; border: 0; background: none; } .moment output { font-variant-numeric: tabular-nums; font-weight: 600; min-width: 60px; }
.moment span { flex: 1 1 100%; font-size: 13.5px; color: var(--soft); min-height: 1.55em; }
svg.chart { width: 100%; height: auto; display: block; font: 11px system-ui, sans-serif; cursor: crosshair; overflow: visible; } svg text { fill: var(--soft); }
.grid { stroke: var(--line); stroke-width: .7; } .cursor { stroke: var(--ink); stroke-width: 1; stroke-dasharray: 3 3; opacity: .55; }
.bar-ok, .bar.ok, .ok { fill: var(--ok); } .failed { fill: var(--failed); } .unknown { fill: var(--unknown); } .gap { fill: var(--bad); }
.dots { fill: none; stroke-width: 3.4; stroke-linecap: round; } .dots.ok { stroke: var(--ok); opacity: .38; } .dots.failed { stroke: var(--failed); opacity: .8; } .dots.unknown { stroke: var(--unknown); opacity: .9; }
polyline { fill: none; stroke-width: 1.7; stroke-linejoin: round; } .p50 { stroke: var(--p50); fill: none; } .p99 { stroke: var(--p99); fill: none; } .between { fill: var(--p99); opacity: .09; }
.swatch .p50 { fill: var(--p50); stroke: none; } .swatch .p99 { fill: var(--p99); stroke: none; } rect.bar { fill-opacity: .85; }
.fault { fill-opacity: var(--shade); fill: var(--other); } .fault-bar rect { fill: var(--other); } .fault-bar text { fill: var(--text-on); font-weight: 600; }
.kill { fill: var(--kill) !important; } .pause { fill: var(--pause) !important; } .partition { fill: var(--partition) !important; } .drop { fill: var(--drop) !important; }
.delay { fill: var(--delay) !important; } .disk { fill: var(--disk) !important; } .clock { fill: var(--clock) !important; }
.role { fill: var(--gone); } .role.leader { fill: var(--leader); } .role.follower { fill: var(--follower); } .role.candidate, .role.pre-candidate { fill: var(--candidate); }
.role.down, .role.faulty { fill: var(--kill); } .role.paused { fill: var(--pause); } svg text.letter { fill: var(--text-on); font-weight: 600; }
.key { display: flex; gap: 6px 16px; flex-wrap: wrap; margin: 2px 0 8px; font-size: 13px; color: var(--soft); border: 0; padding: 0; min-width: 0; } .key legend { float: left; padding: 0; margin-right: 16px; }
.swatch { display: inline-flex; align-items: center; gap: 6px; } .swatch svg { width: 12px; height: 12px; }
label { display: inline-flex; align-items: center; gap: 6px; } input[type=checkbox] { accent-color: var(--accent); margin: 0; }
.now { display: flex; gap: 24px 40px; flex-wrap: wrap; align-items: flex-start; }
.large { overflow-x: auto; max-width: 100%; } .matrix caption { white-space: normal; }
.nodes { list-style: none; margin: 0; padding: 0; display: grid; gap: 6px; font-size: 13.5px; } .nodes li { display: flex; gap: 10px; align-items: center; } .nodes i { width: 12px; height: 12px; border-radius: 4px; background: var(--gone); }
.nodes .leader i { background: var(--leader); } .nodes .follower i { background: var(--follower); } .nodes .candidate i, .nodes .pre-candidate i { background: var(--candidate); } .nodes .down i, .nodes .faulty i { background: var(--kill); } .nodes .paused i { background: var(--pause); }
.strip { list-style: none; margin: 16px 0 0; padding: 4px; display: flex; gap: 10px; overflow-x: auto; } .strip li { flex: none; }
.thumb { display: grid; gap: 4px; justify-items: center; padding: 7px; font-size: 12px; color: var(--soft); background: var(--card); } .thumb svg { width: 58px; height: 58px; } .thumb[aria-current=true] { border-color: var(--accent); box-shadow: 0 0 0 1px var(--accent); color: var(--ink); }
.cell.open { fill: var(--panel); } .cell.self { fill: none; } .cell.cut { fill: var(--kill); }
.scroll { overflow: auto; max-height: 440px; border-radius: 8px; margin-top: 8px; } .whole { max-height: none; } table { border-collapse: collapse; font-size: 13.5px; } .scroll > table { width: 100%; }
caption { color: var(--soft); text-align: left; padding: 4px 0 6px; white-space: nowrap; }
th, td { padding: 5px 12px 5px 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; } td { overflow-wrap: anywhere; }
th { color: var(--soft); font-weight: 600; } thead th { position: sticky; top: 0; background: var(--card); } td.number, td a { white-space: nowrap; overflow-wrap: normal; } .number { text-align: right; font-variant-numeric: tabular-nums; padding-right: 20px; }
.matrix td, .matrix th { width: 46px; text-align: center; padding: 6px 4px; border: 2px solid var(--card); background: var(--panel); border-radius: 6px; font-variant-numeric: tabular-nums; } .matrix th { background: none; font-weight: 500; white-space: nowrap; }
.violation { border-left: 4px solid var(--bad); padding: 2px 0 2px 16px; margin: 16px 0; } .violation h3 { margin: 0 0 4px; color: var(--ink); font-size: 15px; }
.picture { width: 100%; height: auto; display: block; font: 12px ui-monospace, monospace; margin: 10px 0; } .picture text { fill: var(--ink); } summary { cursor: pointer; }
.steps .answer { color: var(--soft); white-space: pre-wrap; } tr.failed { background: var(--bad-soft); fill: none; } tr.failed td { color: var(--bad); }
code, pre { font: 13px/1.6 ui-monospace, SFMono-Regular, Menlo, monospace; background: var(--panel); border-radius: 8px; } pre { padding: 12px 14px; overflow: auto; white-space: pre-wrap; margin: 8px 0; } td code { background: none; }
button, input[type=search] { font: inherit; color: inherit; background: var(--panel); border: 1px solid var(--line); border-radius: 8px; padding: 5px 12px; } button { cursor: pointer; } button:hover { border-color: var(--soft); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; } [hidden] { display: none !important; }
footer { color: var(--soft); font-size: 13px; text-align: center; padding: 8px 0 32px; }
@media (max-width: 640px) { main, .bar > div, .hero { padding-left: 14px; padding-right: 14px; } .card { padding: 16px 14px; border-radius: 10px; } .moment { margin: 0 -14px 12px; padding: 8px 14px; position: static; } }
@media print { :root, [data-theme=dark], :root:not([data-theme=light]) { ${LIGHT}; --paper: #ffffff; --panel: #f4f6f8; }
  body { font-size: 12px; } * { print-color-adjust: exact; -webkit-print-color-adjust: exact; } main, .hero { max-width: none; padding: 0; } .screen, .bar, .cursor { display: none !important; }
  .scroll { max-height: none; overflow: visible; } .strip { flex-wrap: wrap; } .card { border: 0; padding: 6px 0; break-inside: auto; } svg.chart, .violation, .tile { break-inside: avoid; } h2, h3 { break-after: avoid; } thead th { position: static; } }
@media (prefers-reduced-motion: no-preference) { html { scroll-behavior: smooth; } }
`;
