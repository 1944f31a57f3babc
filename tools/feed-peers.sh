#!/bin/sh
# Readers of feeds side by side, in one run on the same files: megabytes a second of one core and the ratio to
# ours, time an entry from 1 to 100,000 entries, memory of 100,000 entries. Builds what it needs; Python's
# feedparser goes into a folder of its own outside the repository.
#
# usage: feed-peers.sh [--no-python]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
data=${READOUT_LABELLED_DATA:-$here/../../shared/data}
files=$data/feeds/realworld/files
if [ ! -d "$files" ]; then
    echo "feed-peers: no labelled feeds at $files; set READOUT_LABELLED_DATA. Nothing was measured."
    exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
target=${CARGO_TARGET_DIR:-$here/feed-peers/target}
CARGO_TARGET_DIR=$target cargo build --quiet --release --locked --manifest-path "$here/feed-peers/Cargo.toml"
peers=$target/release/feed-peers
python=
if [ "${1:-}" != --no-python ]; then
    venv=${TMPDIR:-/tmp}/readout-feed-peers-venv
    [ -x "$venv/bin/python" ] || python3 -m venv "$venv"
    "$venv/bin/python" -c 'import feedparser' 2>/dev/null || "$venv/bin/pip" install --quiet 'feedparser==6.0.14'
    python=$venv/bin/python
fi

"$peers" files "$files" 3 >"$work/files"
[ -z "$python" ] || "$python" "$here/feed-peers/feedparser_peer.py" files "$files" 3 >>"$work/files"
echo "Real-world XML feeds, processor time of one core:"
awk -F '\t' 'BEGIN { printf "%-22s %10s %12s %10s %9s %9s\n", "reader", "MB/s", "entries/s", "ours is", "feeds", "entries" }
    NR == 1 { ours = $2 }
    { printf "%-22s %10s %12s %9.1fx %9s %9s\n", $1, $2, $3, ours / $2, $4, $5 }' "$work/files"

"$peers" linear >"$work/linear"
if [ -n "$python" ]; then
    for count in 1 10 100 1000 10000; do
        "$peers" write "$count" "$work/feed.xml"
        "$python" "$here/feed-peers/feedparser_peer.py" one "$count" "$work/feed.xml" >>"$work/linear"
    done
fi
echo
echo "One feed of N entries, microseconds an entry (a reader that is linear stays level):"
awk -F '\t' '{ if (!($2 in seen)) { seen[$2] = 1; order[++names] = $2 } value[$2, $1] = $3 }
    END {
        split("1 10 100 1000 10000 100000", counts, " ")
        printf "%-22s", "reader"; for (n = 1; n <= 6; n++) printf "%10s", counts[n]; print ""
        for (i = 1; i <= names; i++) {
            printf "%-22s", order[i]
            for (n = 1; n <= 6; n++) printf "%10s", (order[i], counts[n]) in value ? value[order[i], counts[n]] : "-"
            print ""
        }
    }' "$work/linear"

for reader in ours feed-rs feedparser-rs; do
    "$peers" memory "$reader" 100000 >>"$work/memory"
done
if [ -n "$python" ]; then
    "$peers" write 100000 "$work/feed.xml"
    "$python" "$here/feed-peers/feedparser_peer.py" memory 100000 "$work/feed.xml" >>"$work/memory"
fi
echo
echo "Memory, one feed of 100,000 entries, the body held too:"
awk -F '\t' 'BEGIN { printf "%-22s %14s %10s %9s\n", "reader", "MB resident", "MB body", "entries" }
    { printf "%-22s %14s %10s %9s\n", $1, $2, $3, $4 }' "$work/memory"
