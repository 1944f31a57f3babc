#!/usr/bin/env python3
"""Runs every filter on the labelled data and compares its scores with the pinned floors.

usage: run.py --data DIR --binary FILE [--only NAME] [--pin]

Standard library only. Each measure has a floor in floors.json; a floor only rises. --pin writes the measured
figures, cut to three places, where they are higher than the floor held.
"""

import argparse
import gzip
import json
import os
import re
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))


class Run:
    def __init__(self, data, binary):
        self.data, self.binary = data, os.path.abspath(binary)
        # Gone with its contents when the run ends, however it ends.
        self._folder = tempfile.TemporaryDirectory(prefix="readout-scores-")
        self.work = self._folder.name
        self.measured = {}

    def path(self, *parts):
        return os.path.join(self.data, *parts)

    def temporary(self, name):
        return os.path.join(self.work, name)

    def filter(self, name, arguments, source=None):
        """Runs a filter, input from a file, output into a file; gives the output's path."""
        out = self.temporary(name + ".jsonl")
        began = time.monotonic()
        with open(out, "wb") as sink:
            stream = open(source, "rb") if source else subprocess.DEVNULL
            done = subprocess.run([self.binary, *arguments], stdin=stream, stdout=sink)
        if done.returncode not in (0, 3):
            raise RuntimeError("readout %s ended with status %d" % (" ".join(arguments), done.returncode))
        self.measured[name + ".seconds"] = time.monotonic() - began
        return out

    def score(self, script, *arguments):
        command = [sys.executable, self.path(*script), *arguments]
        return subprocess.run(command, stdout=subprocess.PIPE, check=True, encoding="utf8").stdout

    def note(self, name, value):
        self.measured[name] = value


def lines(path):
    opened = gzip.open(path, "rt", encoding="utf8") if path.endswith(".gz") else open(path, encoding="utf8")
    with opened as source:
        return [json.loads(line) for line in source if line.strip()]


def write(path, rows):
    with open(path, "w", encoding="utf8") as out:
        for row in rows:
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
    return path


def prf(text, name):
    """The three figures after `name ... P R F1`."""
    found = re.search(re.escape(name) + r"\s+P\s+R\s+F1?\s+([\d.]+)\s+([\d.]+)\s+([\d.]+)", text)
    return tuple(map(float, found.groups()))


def extraction(run):
    out = run.filter("extract", ["extract", "--index", run.path("extraction", "index.jsonl")])
    summary = run.temporary("extraction.json")
    print(run.score(("extraction", "score.py"), out, "--json", summary))
    result = json.load(open(summary))
    for name in ("scrapinghub", "fundus"):
        for key in ("f1", "p", "r", "exact", "title", "author", "date", "instant"):
            value = result[name].get(key)
            if isinstance(value, (int, float)):
                run.note("extraction.%s.%s" % (name, key), value)


def feeds(run):
    for part in ("conformance", "realworld", "synthetic"):
        folder = run.path("feeds", part)
        out = run.filter("feeds." + part, ["feed", "parse", "--index", os.path.join(folder, "expect.jsonl")])
        text = run.score(("feeds", "score.py"), "--expect", os.path.join(folder, "expect.jsonl"), "--results", out)
        print(text)
        for tier, loose in re.findall(r"^(\S+)\s+\d+\s+\d+\s+[\d.]+%\s+\d+\s+([\d.]+)%", text, re.M):
            run.note("feeds.%s.%s" % (part, tier.lower()), float(loose) / 100)


def copies(run):
    run.score(("stories", "neardup.py"), "make", run.path("stories", "timeline17_articles.dev.jsonl.gz"), run.work)
    out = run.filter("copies", ["story", "copies", "--base", run.temporary("base.jsonl")], run.temporary("query.jsonl"))
    text = run.score(("stories", "neardup.py"), "score", run.temporary("gold.jsonl"), out)
    print(text)
    found = re.search(r"recall all ([\d.]+) precision ([\d.]+)", text)
    run.note("copies.recall", float(found.group(1)))
    run.note("copies.precision", float(found.group(2)))


def stories(run):
    import random
    for name in ("ecbplus", "allsides_triples", "allsides_dated", "uci_headlines"):
        gold = run.path("stories", name + ".dev.jsonl")
        rows = lines(gold)
        if name == "uci_headlines":
            rows.sort(key=lambda r: r["ts_ms"])
        elif name == "allsides_dated":
            rows.sort(key=lambda r: r["date"])
        else:
            random.Random(1).shuffle(rows)
        keep = ("id", "title", "text", "date", "ts_ms", "outlet", "url", "lang")
        source = write(run.temporary(name + ".in"), [{k: r[k] for k in keep if k in r} for r in rows])
        out = run.filter("group." + name, ["story", "group"], source)
        text = run.score(("stories", "score.py"), "clusters", gold, out)
        print(name, text)
        run.note("stories.%s.bcubed" % name, prf_line(text, "BCubed")[2])


def across(run):
    """Pairs of texts of one story in our own set of seven languages, once settled (job 7)."""
    import itertools
    gold = lines(os.path.join(HERE, "..", "fixtures", "stories", "test.jsonl"))
    label = {row["id"]: row["story"] for row in gold}
    source = write(run.temporary("across.in"), [{k: v for k, v in row.items() if k != "story"} for row in gold])
    out = run.filter("across", ["story", "group", "--settle"], source)
    cluster = {row["id"]: row["cluster"] for row in lines(out)}
    pairs = list(itertools.combinations(label, 2))
    same = sum(label[a] == label[b] for a, b in pairs)
    joined = sum(cluster[a] == cluster[b] for a, b in pairs)
    right = sum(cluster[a] == cluster[b] and label[a] == label[b] for a, b in pairs)
    print("%d pairs of one story, %d joined, %d of them rightly" % (same, joined, right))
    run.note("stories.across.precision", right / max(1, joined))
    run.note("stories.across.recall", right / same)


def prf_line(text, head):
    found = re.search(head + r"\s+P R F1 ([\d.]+) ([\d.]+) ([\d.]+)", text)
    return tuple(map(float, found.groups()))


def timeline(run):
    source = run.path("stories", "timeline17_articles.dev.jsonl.gz")
    plain = write(run.temporary("timeline17.in"), lines(source))
    out = run.filter("timeline", ["story", "timeline"], plain)
    text = run.score(("stories", "score.py"), "timeline", run.path("stories", "timeline17_timelines.dev.jsonl"), out)
    print(text)
    for key, value in re.findall(r"^(.*\S)\s+([\d.]+)$", text, re.M):
        run.note("timeline." + key.lower().replace(" ", "_"), float(value))


def align(run):
    gold = run.path("readouts", "dev.jsonl")
    source = run.temporary("align.in")
    with open(source, "w", encoding="utf8") as out:
        out.write(run.score(("readouts", "score.py"), gold, "--align-input"))
    out = run.filter("align", ["story", "align"], source)
    print(run.score(("readouts", "score.py"), gold, out, "--align"))
    result = json.loads(run.score(("readouts", "score.py"), gold, out, "--align", "--json"))
    for key in ("alignment", "only_in_one", "differences_any_kind", "differences_with_kind"):
        if key in result:
            run.note("align." + key, result[key]["f1"])
    if "false_absent_sentences" in result:
        run.note("align.true_absent_sentences", 1 - result["false_absent_sentences"]["rate"])


def annotate(run, name, rows):
    source = write(run.temporary(name + ".in"), rows)
    return run.filter(name, ["annotate"], source)


def quotes(run):
    gold = [row for row in lines(run.path("quotes", "polnear.dev.jsonl")) if row["split"] == "dev"]
    path = write(run.temporary("quotes.gold"), gold)
    out = annotate(run, "quotes", [{"id": r["id"], "text": r["text"], "date": r.get("date")} for r in gold])
    text = run.score(("quotes", "score.py"), path, out)
    print(text)
    run.note("quotes.content_soft", prf(text, "content soft")[2])
    run.note("quotes.full_relation", prf(text, "full relation")[2])
    run.note("quotes.source_given_content", float(re.search(r"content matched ([\d.]+)", text).group(1)))


def names(run):
    maps = {
        "wnut17": {"person": "person", "location": "place", "corporation": "organization", "group": "organization",
                   "product": None, "creative-work": None},
        "re3d": {"Person": "person", "Organisation": "organization", "Location": "place"},
        "rss500": None,
    }
    for name in ("rss500", "re3d", "wnut17"):
        gold = lines(run.path("ner", name + ".dev.jsonl"))
        out = annotate(run, "ner." + name, [{"id": r["id"], "text": r["text"]} for r in gold])
        arguments = [run.path("ner", name + ".dev.jsonl"), out]
        if name == "re3d":
            mapping = run.temporary("re3d.map")
            kinds = {kind: None for row in gold for kind in {e["type"] for e in row["entities"]}}
            kinds.update(maps["re3d"])
            kinds.update({"person": "person", "organization": "organization", "place": "place"})
            json.dump(kinds, open(mapping, "w"))
            arguments += ["--map", mapping]
        text = run.score(("ner", "score.py"), *arguments)
        print(name, text)
        found = re.search(r"^span\s+P R F\s+(.*)$", text, re.M).group(1)
        run.note("ner.%s.span" % name, float(re.findall(r"[\d.]+", found)[2]))


def times(run):
    gold = run.path("time", "tbaq.dev.jsonl")
    rows = [{"id": r["id"], "text": r["text"], "date": r["dct"]} for r in lines(gold)]
    text = run.score(("time", "score.py"), gold, annotate(run, "time", rows))
    print(text)
    for key in ("strict", "relaxed", "value", "day value"):
        run.note("time." + key.replace(" ", "_"), prf(text, key)[2])


def events(run):
    gold = run.path("events", "plover_gsr.dev.jsonl")
    rows = [{"id": r["id"], "text": r["text"], "date": r.get("date")} for r in lines(gold)]
    out = annotate(run, "events", rows)
    text = run.score(("events", "score.py"), "plover", gold, out)
    print(text)
    found = re.search(r"event type recall ([\d.]+).*dyad ([\d.]+)\s+full triple ([\d.]+)", text)
    for key, value in zip(("type", "dyad", "triple"), found.groups()):
        run.note("events.plover." + key, float(value))


PARTS = {"extraction": extraction, "feeds": feeds, "copies": copies, "stories": stories, "across": across,
         "timeline": timeline, "align": align, "quotes": quotes, "ner": names, "time": times, "events": events}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", required=True)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--only", action="append", choices=PARTS)
    parser.add_argument("--pin", action="store_true")
    given = parser.parse_args()
    floors_file = os.path.join(HERE, "floors.json")
    floors = json.load(open(floors_file)) if os.path.exists(floors_file) else {}
    run = Run(given.data, given.binary)
    for name in given.only or PARTS:
        print("== %s" % name)
        PARTS[name](run)
    held, broken = 0, 0
    print("\n%-44s %9s %9s" % ("measure", "floor", "measured"))
    for name in sorted(run.measured):
        value = run.measured[name]
        if name.endswith(".seconds"):
            continue
        floor = floors.get(name)
        fell = floor is not None and value < floor - 1e-9
        held, broken = held + (not fell), broken + fell
        print("%-44s %9s %9.4f%s" % (name, "-" if floor is None else "%.3f" % floor, value, "  BELOW ITS FLOOR" if fell else ""))
        if given.pin and (floor is None or value > floor):
            floors[name] = int(value * 1000) / 1000
    print("\nseconds: " + ", ".join("%s %.1f" % (n[:-8], v) for n, v in run.measured.items() if n.endswith(".seconds")))
    if given.pin:
        with open(floors_file, "w") as out:
            json.dump(dict(sorted(floors.items())), out, indent=1)
            out.write("\n")
    print("scores: %d passed, %d failed" % (held, broken))
    sys.exit(1 if broken else 0)


main()
