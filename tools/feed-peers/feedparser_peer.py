#!/usr/bin/env python3
"""Python's feedparser on the same files: the lines of feed-peers, for one reader more.

usage: feedparser_peer.py files DIR SECONDS | one N FILE | memory N FILE
"""
import os
import resource
import sys
import time

import feedparser

# A feed that names an address is not to send this reader there, and a body is given as bytes.
NAME = "feedparser (Python)"


def read(body):
    parsed = feedparser.parse(body, response_headers={"content-location": "http://feeds.example/dir/feed"})
    return len(parsed.entries)


def main():
    mode, first, second = sys.argv[1:4]
    if mode == "files":
        names = sorted(name for name in os.listdir(first) if not name.endswith(".json"))
        bodies = [open(os.path.join(first, name), "rb").read() for name in names]
        size = sum(map(len, bodies))
        began, rounds, entries = time.thread_time(), 0, 0
        while rounds == 0 or time.thread_time() - began < float(second):
            counts = [read(body) for body in bodies]
            rounds += 1
        mean = (time.thread_time() - began) / rounds
        entries = sum(counts)
        print("%s\t%.1f\t%.0f\t%d/%d\t%d" % (NAME, size / mean / 1e6, entries / mean, len(counts), len(bodies), entries))
        return
    body = open(second, "rb").read()
    began = time.thread_time()
    found = read(body)
    spent = time.thread_time() - began
    if mode == "one":
        print("%s\t%s\t%.2f\t%d" % (first, NAME, spent * 1e6 / int(first), found))
    else:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print("%s\t%.0f\t%.0f\t%d" % (NAME, peak, len(body) / 1e6, found))


main()
