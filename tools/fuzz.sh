#!/usr/bin/env bash
# Random pages through extraction, from the pages of fixtures/: `tools/fuzz.sh [RUNS]`, 100,000 unless told.
# Needs `cargo install cargo-fuzz --locked`; works on the stable toolchain. Findings stand in fuzz/artifacts/.
set -euo pipefail
cd "$(dirname "$0")/.."
corpus=fuzz/corpus/extract
mkdir -p "$corpus"
for page in fixtures/pages/*/source.html; do
  # The first byte of an input picks the encoding that the server states; 0 states none.
  { printf '\0'; cat "$page"; } > "$corpus/$(basename "$(dirname "$page")")"
done
exec cargo fuzz run extract --sanitizer none "$corpus" -- -runs="${1:-100000}" -max_len=16384 -dict=fuzz/html.dict -timeout=20
