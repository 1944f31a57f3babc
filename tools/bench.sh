#!/usr/bin/env bash
# How fast: the whole way and the pages, for 1,000 and 10,000 articles; `tools/bench.sh 100000` for more.
# `tools/bench.sh timeline [ARTICLES]`: a topic of nine years, each step of its timeline from decade to day; 100,000 articles.
set -euo pipefail
cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-$PWD/target}
cargo build --release --locked --quiet -p readout --bins --examples
if [ "${1:-}" = timeline ]; then
  exec "$target/release/examples/timeline" "$target/release/readout" "${2:-100000}"
fi
exec "$target/release/examples/bench" "$target/release/readout" $([ $# -gt 0 ] && echo "$@" || echo 1000 10000)
