"""CPU time and memory of the Python trafilatura on each page; the same lines as the Rust binaries print.

Usage: python.py time|memory FOLDER [ROUNDS]. Memory is the peak of the resident set above what the process
held before the page (the kernel's high-water mark, set back before each page), since lxml allocates outside Python.
"""

import gzip
import json
import sys
import time

import trafilatura
from trafilatura.settings import use_config


def pages(folder):
    with open(f"{folder}/index.jsonl", encoding="utf-8") as index:
        for row in map(json.loads, index):
            with gzip.open(f"{folder}/{row['html']}") as file:
                yield row["set"], row["id"], row["url"], file.read()


def status(key):
    with open("/proc/self/status", encoding="ascii") as file:
        return next(int(line.split()[1]) / 1000 for line in file if line.startswith(key))


def main():
    what, folder = sys.argv[1:3]
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 3
    all_pages = list(pages(folder))
    systems = {
        f"trafilatura {trafilatura.__version__} (Python), fast": {"fast": True},
        f"trafilatura {trafilatura.__version__} (Python)": {"fast": False},
    }
    config = use_config()
    config.set("DEFAULT", "EXTRACTION_TIMEOUT", "0")
    for name, options in systems.items():
        def extract(url, data):
            return trafilatura.bare_extraction(data, url=url, with_metadata=True, config=config, **options)
        extract(all_pages[0][2], all_pages[0][3])
        for kind, page, url, data in all_pages:
            best = float("inf")
            for _ in range(1 if what == "memory" else rounds):
                if what == "memory":
                    with open("/proc/self/clear_refs", "w", encoding="ascii") as file:
                        file.write("5")
                before, start = status("VmRSS"), time.thread_time()
                extract(url, data)
                took = (time.thread_time() - start) * 1000
                best = min(best, status("VmHWM") - before if what == "memory" else took)
            print(name, kind, page, f"{best:.4f}", sep="\t")


main()
