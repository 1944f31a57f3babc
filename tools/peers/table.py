"""Prints the lines of all systems as one table. Usage: table.py TIME_FILE MEMORY_FILE"""

import sys
from collections import defaultdict


def read(path):
    out = defaultdict(dict)
    with open(path, encoding="utf-8") as file:
        for line in file:
            name, kind, page, value = line.rstrip("\n").split("\t")
            out[name][kind, page] = float(value)
    return out


def share(values, part):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def main():
    time, memory = read(sys.argv[1]), read(sys.argv[2])
    ours = next(iter(time))
    for kind in sorted({kind for kind, _ in time[ours]}, reverse=True) + [None]:
        keys = [key for key in time[ours] if kind in (None, key[0])]
        print(f"\n{kind or 'all'}, {len(keys)} pages{'':<14}  CPU ms a page{'':<21} MB above the page")
        print(f"{'':<36}{'mean':>8}{'p50':>8}{'p95':>8}{'slowest':>9}{'ratio':>7}{'mean':>9}{'most':>8}")
        base = sum(time[ours][key] for key in keys)
        for name, values in time.items():
            own = [values[key] for key in keys]
            peak = [memory[name][key] for key in keys]
            print(
                f"{name:<36}{sum(own) / len(own):>8.2f}{share(own, 0.5):>8.2f}{share(own, 0.95):>8.2f}"
                f"{max(own):>9.1f}{sum(own) / base:>7.1f}{sum(peak) / len(peak):>9.1f}{max(peak):>8.1f}"
            )


main()
