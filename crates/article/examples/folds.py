#!/usr/bin/env python3
"""Figures of the fields by fold: hosts in five parts, each left out once.

    folds.py DATA PREDICTIONS.jsonl [PREDICTIONS.jsonl ...]

DATA holds index.jsonl and score.py; each predictions file comes from the `extract` example, built with one
setting of the constants under test (the first file has the committed one). For every fold the setting that is
best on the other four is chosen by title, author and day together, and its figures on the fold are printed; the
last line is what that gives over all folds, beside the committed setting's own figures.
"""
import json
import sys
import zlib
from urllib.parse import urlsplit

data, files = sys.argv[1], sys.argv[2:]
sys.path.insert(0, data)
import score  # noqa: E402

KEYS = ("title", "author", "date", "instant")
index = [row for row in score.load_jsonl(f"{data}/index.jsonl") if row["set"] == "fundus"]
golds = {}
fold_of = {}
for row in index:
    with open(f"{data}/{row['gold']}", encoding="utf-8") as file:
        golds[row["id"]] = json.load(file)
    host = ".".join(urlsplit(row["url"]).hostname.split(".")[-2:])
    fold_of[row["id"]] = zlib.crc32(host.encode()) % 5
settings = [
    {row["id"]: row for row in score.score_pages(golds, {p["id"]: p for p in score.load_jsonl(name)})}
    for name in files
]


def figures(rows):
    out = {}
    for key in KEYS:
        values = [row[key] for row in rows if key in row]
        out[key] = sum(values) / len(values) if values else 0.0
    return out


def show(name, found):
    print(f"{name:<22}", "  ".join(f"{key} {found[key]:.3f}" for key in KEYS))


chosen_rows = []
for fold in range(5):
    inside = [i for i in golds if fold_of[i] == fold]
    outside = [i for i in golds if fold_of[i] != fold]

    def worth(setting):
        found = figures([setting[i] for i in outside])
        return found["title"] + found["author"] + found["date"]

    best = max(range(len(settings)), key=lambda n: (worth(settings[n]), -n))
    rows = [settings[best][i] for i in inside]
    chosen_rows += rows
    show(f"fold {fold}, setting {best}", figures(rows))
show("chosen on the others", figures(chosen_rows))
show("committed", figures(list(settings[0].values())))
