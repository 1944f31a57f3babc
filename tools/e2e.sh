#!/usr/bin/env bash
# Runs the browser against the demo: `test` for the browser tests, `screenshots` for pictures of every page.
set -euo pipefail
cd "$(dirname "$0")/.."
what=${1:-test}
tools/setup.sh
cargo build --locked --quiet -p readout
case "$what" in
  test) exec node --test --test-reporter=tap e2e/*.test.mjs ;;
  screenshots) exec node e2e/screenshots.mjs ;;
  *) echo "usage: tools/e2e.sh test|screenshots" >&2; exit 2 ;;
esac
