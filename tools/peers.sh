#!/usr/bin/env bash
# Extraction beside other extractors on the labelled pages: CPU time and memory, one table.
# The peers live in a cargo package of their own (tools/peers) and in a Python environment under the
# temporary folder; neither is a part of the product. Where the data is not there, says so and ends well.
set -euo pipefail
cd "$(dirname "$0")/.."
data=$(realpath -m "${READOUT_LABELLED_DATA:-../shared/data}")/extraction
if [ ! -f "$data/index.jsonl" ]; then
  echo "no labelled pages in $data: the comparison is skipped"
  exit 0
fi
rounds=${1:-3}
work=${TMPDIR:-/tmp}/readout-peers
mkdir -p "$work"
cargo build --release --locked --quiet --manifest-path tools/peers/Cargo.toml
bin=${CARGO_TARGET_DIR:-$PWD/tools/peers/target}/release
if [ ! -x "$work/venv/bin/python" ]; then
  python3 -m venv "$work/venv"
  "$work/venv/bin/pip" install --quiet --requirement tools/peers/requirements.txt
fi
"$bin/time" "$data" "$rounds" > "$work/time.tsv"
"$work/venv/bin/python" tools/peers/python.py time "$data" "$rounds" >> "$work/time.tsv"
"$bin/memory" "$data" > "$work/memory.tsv"
"$work/venv/bin/python" tools/peers/python.py memory "$data" >> "$work/memory.tsv"
echo "CPU time of one thread, the fastest of $rounds rounds for each page, bytes in to fields out; ratio to ours."
echo "Memory: highest sum of live allocations above the page (Rust), highest resident set above that before the page (Python)."
exec python3 tools/peers/table.py "$work/time.tsv" "$work/memory.tsv"
