"""Splink on one set, from files to scored pairs: `python linkage_splink.py SET LEFT RIGHT` ('' for duplicates within one).

Settings are those of Splink's tutorials where it has one for a set of that shape, else what its comparison library has
for such columns, with blocking rules as wide as ours. Measured over all true pairs, also those that blocking loses.
"""
import json
import sys
import time

import numpy as np
import pandas as pd
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on


def exact(column):
    return cl.ExactMatch(column).configure(term_frequency_adjustments=True)


FEBRL = dict(
    rules=[block_on("soc_sec_id"), block_on("given_name", "surname"), block_on("date_of_birth", "surname"), block_on("date_of_birth", "given_name"),
           block_on("date_of_birth", "postcode"), block_on("postcode", "surname"), block_on("postcode", "given_name"), block_on("address_1", "street_number")],
    comparisons=lambda: [cl.NameComparison("given_name"), cl.NameComparison("surname"),
                         cl.DamerauLevenshteinAtThresholds("date_of_birth", [1, 2]), cl.DamerauLevenshteinAtThresholds("soc_sec_id", [1, 2]),
                         exact("street_number"), cl.JaroWinklerAtThresholds("address_1", [0.9, 0.7]).configure(term_frequency_adjustments=True),
                         cl.DamerauLevenshteinAtThresholds("postcode", [1, 2]), exact("suburb")],
    deterministic=([block_on("soc_sec_id"), block_on("given_name", "surname", "date_of_birth")], 0.9),
    training=[block_on("soc_sec_id"), block_on("date_of_birth"), block_on("given_name", "surname")])
FAKE = dict(
    rules=[block_on("first_name", "surname"), block_on("surname", "dob"), block_on("first_name", "dob"), block_on("email"),
           block_on("dob"), block_on("surname", "city"), block_on("first_name", "city")],
    comparisons=lambda: [cl.NameComparison("first_name"), cl.NameComparison("surname"), cl.DateOfBirthComparison("dob", input_is_string=True),
                         exact("city"), cl.EmailComparison("email")],
    deterministic=([block_on("first_name", "surname", "dob"), block_on("email")], 0.7),
    training=[block_on("first_name", "surname"), block_on("dob")])
SETTINGS = {
    "febrl3": FEBRL, "febrl4": FEBRL, "geco": FEBRL, "fake_1000": FAKE, "email": FAKE,
    "historical": dict(
        rules=[block_on("substr(first_name,1,3)", "substr(surname,1,4)"), block_on("surname", "dob"), block_on("first_name", "dob"),
               block_on("postcode_fake", "first_name"), block_on("postcode_fake", "surname"), block_on("dob", "birth_place"),
               block_on("substr(postcode_fake,1,3)", "dob"), block_on("substr(postcode_fake,1,3)", "first_name"),
               block_on("substr(postcode_fake,1,3)", "surname"), block_on("substr(first_name,1,2)", "substr(surname,1,2)", "substr(dob,1,4)")],
        comparisons=lambda: [cl.ForenameSurnameComparison("first_name", "surname", forename_surname_concat_col_name="first_and_surname"),
                             cl.DateOfBirthComparison("dob", input_is_string=True), cl.PostcodeComparison("postcode_fake"),
                             exact("birth_place"), exact("occupation")],
        deterministic=([block_on("first_name", "surname", "dob"), block_on("substr(first_name,1,2)", "surname", "substr(postcode_fake,1,2)"),
                        block_on("dob", "postcode_fake")], 0.6),
        training=[block_on("first_name", "surname"), block_on("dob")]),
    "voters": dict(
        rules=[block_on("first_name", "last_name"), block_on("last_name", "birth_year", "zip"), block_on("first_name", "birth_year", "zip"), block_on("phone"),
               block_on("street", "zip"), block_on("first_name", "birth_year", "middle_name"), block_on("last_name", "birth_year", "substr(first_name,1,1)")],
        comparisons=lambda: [cl.NameComparison("first_name"), cl.NameComparison("last_name"), cl.NameComparison("middle_name"),
                             cl.DamerauLevenshteinAtThresholds("birth_year", [1]), cl.ExactMatch("sex"), cl.JaroWinklerAtThresholds("street", [0.9, 0.8]),
                             exact("city"), cl.DamerauLevenshteinAtThresholds("zip", [1]), cl.ExactMatch("phone")],
        deterministic=([block_on("first_name", "last_name", "birth_year"), block_on("phone", "first_name")], 0.8),
        training=[block_on("first_name", "last_name"), block_on("birth_year", "zip")]),
    "publications": dict(
        rules=[block_on("lower(title)"), block_on("substr(lower(title),1,12)"), block_on("authors"), block_on("substr(authors,1,10)", "year")],
        comparisons=lambda: [cl.JaroWinklerAtThresholds("title", [0.95, 0.88, 0.8]), cl.JaroWinklerAtThresholds("authors", [0.95, 0.88, 0.8]),
                             cl.ExactMatch("venue"), cl.ExactMatch("year")],
        deterministic=([block_on("title", "year"), block_on("authors", "year")], 0.8),
        training=[block_on("title"), block_on("authors")]),
    "products": dict(
        rules=["len(list_intersect(l.words, r.words)) >= 2"],
        comparisons=lambda: [cl.ArrayIntersectAtSizes("words", [5, 4, 3, 2]), cl.JaroWinklerAtThresholds("name", [0.9, 0.8, 0.7]),
                             cl.JaroWinklerAtThresholds("manufacturer", [0.9]), cl.AbsoluteDifferenceAtThresholds("price", [5, 20, 50])] if hasattr(cl, "AbsoluteDifferenceAtThresholds") else
        [cl.ArrayIntersectAtSizes("words", [5, 4, 3, 2]), cl.JaroWinklerAtThresholds("name", [0.9, 0.8, 0.7]), cl.JaroWinklerAtThresholds("manufacturer", [0.9])],
        deterministic=(["len(list_intersect(l.words, r.words)) >= 4"], 0.6),
        training=["len(list_intersect(l.words, r.words)) >= 3", block_on("manufacturer")]),
    "places": dict(
        rules=[block_on("phone"), block_on("name"), block_on("addr"), block_on("substr(addr,1,8)"), block_on("substr(name,1,5)")],
        comparisons=lambda: [cl.NameComparison("name"), cl.JaroWinklerAtThresholds("addr", [0.9, 0.8]), cl.DamerauLevenshteinAtThresholds("phone", [1, 2]),
                             cl.ExactMatch("city"), cl.ExactMatch("type")],
        deterministic=([block_on("phone"), block_on("name", "city")], 0.9),
        training=[block_on("phone"), block_on("name")]),
    "music": dict(
        rules=[block_on("title"), block_on("substr(title,1,8)"), block_on("album", "artist"), block_on("artist", "year"), block_on("album", "year")],
        comparisons=lambda: [cl.JaroWinklerAtThresholds("title", [0.95, 0.88, 0.7]), cl.JaroWinklerAtThresholds("artist", [0.92, 0.8]),
                             cl.JaroWinklerAtThresholds("album", [0.92, 0.8]), cl.ExactMatch("number"), cl.ExactMatch("year"), cl.ExactMatch("length")],
        deterministic=([block_on("title", "artist"), block_on("title", "album")], 0.6),
        training=[block_on("title"), block_on("album", "artist")]),
    "transactions": dict(
        rules=[block_on("amount"), block_on("memo"), block_on("substr(memo,1,9)"), block_on("substr(memo,-6,6)")],
        comparisons=lambda: [cl.JaroWinklerAtThresholds("memo", [0.95, 0.85, 0.7]), cl.AbsoluteDateDifferenceAtThresholds("transaction_date", input_is_string=True, metrics=["day", "day", "day"], thresholds=[1, 3, 6]),
                             cl.ExactMatch("amount")],
        deterministic=([block_on("memo", "amount"), block_on("substr(memo,1,9)", "amount")], 0.5),
        training=[block_on("memo"), block_on("amount")]),
    "county": dict(
        rules=[block_on("id_number"), block_on("name", "birth_date"), block_on("phone"), block_on("name", "address"), block_on("birth_date", "address"),
               block_on("name", "substr(birth_date,1,4)"), block_on("substr(id_number,1,14)", "substr(name,1,1)")],
        comparisons=lambda: [cl.DamerauLevenshteinAtThresholds("id_number", [1, 2, 4]),
                             cl.DamerauLevenshteinAtThresholds("name", [1]).configure(term_frequency_adjustments=True), cl.DateOfBirthComparison("birth_date", input_is_string=True),
                             cl.DamerauLevenshteinAtThresholds("phone", [1]), cl.JaroWinklerAtThresholds("address", [0.95, 0.88])],
        deterministic=([block_on("id_number")], 0.97),
        training=[block_on("id_number"), block_on("name", "birth_date"), block_on("phone")]),
}
SETTINGS["software"] = SETTINGS["products"]
SETTINGS["citations"] = SETTINGS["publications"]


def read(which, path):
    d = pd.read_csv(path, dtype=str, skipinitialspace=True)
    d.columns = [c.strip() for c in d.columns]
    if which == "fake_1000":
        d["entity"] = d["cluster"]
    if "rec_id" in d:
        d["entity"] = d.rec_id.str.split("-").str[1]
    if "name" not in d and which == "software":
        d = d.rename(columns={"title": "name"})
    for column in ("name", "title", "manufacturer", "authors", "album", "artist", "addr"):
        # Of Latin letters alone: a Chinese name would come out empty.
        if column in d and which != "county":
            d[column] = d[column].str.lower().str.replace(r"[^a-z0-9 -]", "", regex=True).str.strip()
    if which == "citations":
        d = d.rename(columns={"author": "authors"})
    if "addr" in d:
        d["phone"] = d.phone.str.replace(r"[^0-9]", "", regex=True)
    if which in ("products", "software"):
        d["words"] = d.name.str.replace(r"[^a-z0-9 ]", "", regex=True).str.split()
        d["price"] = pd.to_numeric(d.price.str.replace("$", ""))
    d = d.astype(object).where(d.notna(), None)
    d["unique_id"] = d[next(c for c in ("rec_id", "unique_id", "TID", "id") if c in d)]
    return d


def main():
    which, left, right = sys.argv[1:4]
    start = time.time()
    s = SETTINGS[which]
    a = read(which, left)
    b = read(which, right) if right else None
    settings = SettingsCreator(
        link_type="link_only" if right else "dedupe_only", unique_id_column_name="unique_id", comparisons=s["comparisons"](),
        blocking_rules_to_generate_predictions=s["rules"], retain_intermediate_calculation_columns=False, retain_matching_columns=False,
        additional_columns_to_retain=["entity"])
    api = DuckDBAPI()
    linker = Linker([api.register(a), api.register(b)] if right else api.register(a), settings)
    rules, recall = s["deterministic"]
    linker.training.estimate_probability_two_random_records_match(rules, recall=recall)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    for rule in s["training"]:
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    p = linker.inference.predict(threshold_match_probability=0.001).as_pandas_dataframe()
    wall = time.time() - start
    p = p.sort_values("match_weight", ascending=False)
    y, w = (p["entity_l"] == p["entity_r"]).to_numpy(), p.match_weight.to_numpy()
    counts = a.entity.value_counts()
    total = int((counts * b.entity.value_counts()).dropna().sum()) if right else int((counts * (counts - 1) // 2).sum())
    last = np.r_[w[1:] != w[:-1], True]
    hits, n = np.cumsum(y)[last], np.arange(1, len(y) + 1)[last]
    precision, recall = hits / n, hits / total
    f1 = float((2 * precision * recall / (precision + recall + 1e-12)).max())
    print(json.dumps({"f1": f1, "ap": float((np.diff(np.r_[0, recall]) * precision).sum()), "pairs": len(p), "wall": wall}))


if __name__ == "__main__":
    main()
