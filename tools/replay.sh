#!/usr/bin/env bash
# Plays the real pages of the labelled data as outlets on loopback and runs the real binary against them.
set -euo pipefail
cd "$(dirname "$0")/.."
data=${READOUT_LABELLED_DATA:-../shared/data}/extraction
if [ ! -d "$data" ]; then
  echo "no labelled data in $data: nothing to replay"
  exit 0
fi
target=${CARGO_TARGET_DIR:-$PWD/target}
cargo build --release --locked --quiet -p readout --bins --examples
data=$(realpath "$data")
out=$(mktemp -d)
cd "$out"
"$target/release/examples/replay" "$target/release/readout" "$data" "${1:-20}"
python3 "$data/score.py" predictions.jsonl --set fundus
