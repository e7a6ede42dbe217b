# SPDX-License-Identifier: Apache-2.0
"""Prometheus' text format 0.0.4, read slowly and strictly: a family is HELP, TYPE, then its samples."""
import math
import re

SAMPLE = re.compile(r'^([a-zA-Z_]\w*)(?:\{((?:[a-z_]+="(?:[^"\\\n]|\\[\\"n])*",?)*)\})? (\S+)$')
LABEL = re.compile(r'([a-z_]+)="((?:[^"\\\n]|\\[\\"n])*)"')
SERIES_MAX = 300   # of one family


class Families(dict):
    """name: (kind, {(suffix, labels): value}); labels are sorted pairs."""

    def value(self, name, suffix="", **labels):
        return self[name][1][suffix, tuple(sorted(labels.items()))]


def unescape(text):
    return re.sub(r"\\(.)", lambda found: {"n": "\n"}.get(found[1], found[1]), text)


def check_histogram(name, samples):
    by_labels = {}
    for (suffix, labels), value in samples.items():
        plain = tuple(pair for pair in labels if pair[0] != "le")
        by_labels.setdefault(plain, {}).setdefault(suffix, []).append((dict(labels).get("le"), value))
    for labels, parts in by_labels.items():
        buckets = [(math.inf if bound == "+Inf" else float(bound), value) for bound, value in parts["_bucket"]]
        assert buckets == sorted(buckets) and buckets[-1][0] == math.inf, (name, labels)
        assert [value for _, value in buckets] == sorted(value for _, value in buckets), (name, labels)
        assert parts["_count"] == [(None, buckets[-1][1])] and parts["_sum"][0][1] >= 0, (name, labels)


def parse(text):
    families, family, kind = Families(), None, None
    assert text.endswith("\n")
    for line in text.splitlines():
        if head := re.match(r"# HELP (\w+) \S", line):
            family, kind = head[1], None
            assert family not in families, family
            continue
        if head := re.match(r"# TYPE (\w+) (counter|gauge|histogram)$", line):
            assert head[1] == family and kind is None, line
            kind = head[2]
            families[family] = (kind, {})
            assert kind != "counter" or family.endswith("_total"), family
            assert kind == "counter" or not family.endswith("_total"), family
            continue
        sample = SAMPLE.match(line)
        assert sample and kind, line
        suffix = sample[1][len(family):]
        assert sample[1].startswith(family) and suffix in (("_bucket", "_sum", "_count") if kind == "histogram" else ("",)), line
        labels = tuple(sorted((name, unescape(value)) for name, value in LABEL.findall(sample[2] or "")))
        assert (suffix, labels) not in families[family][1], line
        families[family][1][suffix, labels] = float(sample[3])
    for name, (kind, samples) in families.items():
        assert len(samples) <= SERIES_MAX, name
        if kind == "histogram":
            check_histogram(name, samples)
    return families
