#!/usr/bin/env bash
# Whether extraction takes time in line with the size of a page, whatever its shape: nanoseconds a byte from
# 1 KB to 10 MB. Fails where a shape grows by more than a factor from 100 KB to 10 MB (2 unless told).
set -euo pipefail
cd "$(dirname "$0")/.."
cargo build --release --locked --quiet --manifest-path tools/peers/Cargo.toml --bin linear
exec "${CARGO_TARGET_DIR:-$PWD/tools/peers/target}/release/linear" --limit "${1:-2}"
