#!/usr/bin/env bash
# Scores every filter on the labelled data beside the repository, against the floors in scores/floors.json.
# Where the data is not there, says so and ends well.
set -euo pipefail
cd "$(dirname "$0")/.."
data=${READOUT_LABELLED_DATA:-../shared/data}
if [ ! -d "$data" ]; then
  echo "no labelled data in $data: scores are skipped"
  exit 0
fi
cargo build --release --locked --quiet -p readout
exec python3 scores/run.py --data "$data" --binary "${CARGO_TARGET_DIR:-target}/release/readout" "$@"
