#!/usr/bin/env bash
# Every labelled page cut at 200 places (or as many as told) and read: no panic, bounded time.
# Where the data is not there, says so and ends well; `cargo test -p article` does the same to our own pages.
set -euo pipefail
cd "$(dirname "$0")/.."
data=${READOUT_LABELLED_DATA:-../shared/data}/extraction
if [ ! -f "$data/index.jsonl" ]; then
  echo "no labelled pages in $data: the cuts are skipped"
  exit 0
fi
cargo build --release --locked --quiet -p article --example cuts
exec "${CARGO_TARGET_DIR:-target}/release/examples/cuts" "$data" "${1:-200}"
