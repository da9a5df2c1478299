/**
 * Style of the report page: light and dark by the reader's setting or choice, and for paper.
 *
 * @module
 */

export const STYLE = `
:root { color-scheme: light; --paper: #fff; --ink: #1c2128; --soft: #59636e; --line: #d8dee4; --panel: #f6f8fa;
  --good: #1a7f37; --bad: #c1222b; --doubt: #9a6700; --accent: #0969da; }
[data-theme=dark] { color-scheme: dark; --paper: #0d1117; --ink: #e6edf3; --soft: #9198a1; --line: #30363d;
  --panel: #161b22; --good: #3fb950; --bad: #f85149; --doubt: #d29922; --accent: #58a6ff; }
@media (prefers-color-scheme: dark) { :root:not([data-theme=light]) { color-scheme: dark; --paper: #0d1117;
  --ink: #e6edf3; --soft: #9198a1; --line: #30363d; --panel: #161b22; --good: #3fb950; --bad: #f85149;
  --doubt: #d29922; --accent: #58a6ff; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1060px; padding: 24px; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 24px; margin: 0 0 4px; } h2 { font-size: 18px; margin: 36px 0 10px; } h3 { font-size: 15px; margin: 16px 0 4px; }
p { margin: 4px 0; } .soft, caption { color: var(--soft); } caption { white-space: nowrap; text-align: left; padding: 4px 0; }
header { display: flex; gap: 16px; justify-content: space-between; align-items: flex-start; flex-wrap: wrap; }
.verdict { display: inline-block; padding: 2px 12px; border-radius: 6px; font-weight: 700; color: var(--paper); }
.verdict.pass { background: var(--good); } .verdict.fail { background: var(--bad); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 10px; margin: 18px 0; }
.tile { background: var(--panel); border: 1px solid var(--line); border-radius: 8px; padding: 10px 12px; }
.tile b { display: block; font-size: 20px; font-variant-numeric: tabular-nums; }
svg { width: 100%; height: auto; display: block; font: 11px system-ui, sans-serif; } svg text { fill: var(--soft); }
.grid { stroke: var(--line); stroke-width: .6; }
.ok { fill: var(--accent); } .failed { fill: var(--doubt); } .unknown { fill: var(--bad); } .gap { fill: var(--bad); }
circle.ok { opacity: .45; } polyline { fill: none; stroke-width: 1.6; } .p50 { stroke: var(--good); } .p99 { stroke: var(--bad); }
.fault { fill-opacity: .2; fill: #888; } .fault.kill { fill: #e5534b; } .fault.pause { fill: #6c8cff; } .fault.partition { fill: #d4a72c; }
.fault.drop { fill: #8fb935; } .fault.delay { fill: #2bb3a8; }
.role { fill: var(--line); } .role.leader { fill: var(--good); } .role.follower { fill: #8ea4bd; } .role.candidate, .role.pre-candidate { fill: var(--doubt); }
.role.down, .role.faulty { fill: var(--bad); } .role.paused { fill: #6c8cff; } .letter { fill: #fff; }
.key { display: flex; gap: 14px; flex-wrap: wrap; margin: 6px 0; font-size: 13px; } .key i { display: inline-block; width: 11px; height: 11px; border-radius: 2px; margin-right: 5px; }
.scroll { overflow: auto; max-height: 420px; } table { border-collapse: collapse; font-size: 13.5px; }
th, td { padding: 4px 10px; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
th { color: var(--soft); font-weight: 600; position: sticky; top: 0; background: var(--paper); } td.number { text-align: right; font-variant-numeric: tabular-nums; }
.matrix td { width: 44px; text-align: center; } .violation { border-left: 4px solid var(--bad); padding-left: 14px; margin: 14px 0; }
code, pre { font: 13px/1.5 ui-monospace, monospace; background: var(--panel); border-radius: 6px; } pre { padding: 10px; overflow: auto; white-space: pre-wrap; }
button, select, input { font: inherit; color: inherit; background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: 4px 10px; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; } label { margin-right: 12px; } [hidden] { display: none; }
@media print { body { max-width: none; padding: 0; } .screen { display: none; } .scroll { max-height: none; } section { break-inside: avoid; } }
`;
