#!/usr/bin/env bash
# Runs every test and ends with the totals: `N passed, N failed, N skipped`.
# Sets up what the browser tests need first. READOUT_SKIP_BROWSER=1 leaves the browser out, and counts it as skipped.
set -uo pipefail
cd "$(dirname "$0")/.."
passed=0 failed=0 skipped=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT

echo "== Rust: unit, property, archive, journeys" >&2
cargo test --workspace --locked --no-fail-fast 2>&1 | tee "$log"
status=${PIPESTATUS[0]}
while read -r p f i; do
  passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + i))
done < <(sed -nE 's/^test result: .* ([0-9]+) passed; ([0-9]+) failed; ([0-9]+) ignored;.*/\1 \2 \3/p' "$log")
if [ "$status" -ne 0 ] && [ "$failed" -eq 0 ]; then
  echo "the tests did not build or did not run to their end" >&2
  failed=1
fi

if [ "${READOUT_SKIP_BROWSER:-}" = 1 ]; then
  echo "== browser: skipped, as READOUT_SKIP_BROWSER asks" >&2
  skipped=$((skipped + 1))
elif [ "$failed" -eq 0 ]; then
  echo "== browser" >&2
  if tools/setup.sh && tools/e2e.sh test 2>&1 | tee "$log"; then
    :
  fi
  p=$(sed -nE 's/^# pass ([0-9]+)$/\1/p' "$log" | tail -1)
  f=$(sed -nE 's/^# fail ([0-9]+)$/\1/p' "$log" | tail -1)
  if [ -z "$p" ] || [ -z "$f" ]; then
    echo "the browser tests did not run to their end" >&2
    failed=$((failed + 1))
  else
    passed=$((passed + p)) failed=$((failed + f))
  fi
else
  echo "== browser: not run, since tests before it failed" >&2
fi
echo
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
