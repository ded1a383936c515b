"""Puts questions to Storm: a line of the list is FORMAT (drn, umb), FILE and a property, with tabs between; a line of
the answer is 1 where all initial states have the property, else 0. A file that comes again is the same.

usage: ask_storm.py LIST ANSWER
"""

import sys

import stormpy

with open(sys.argv[1], encoding="utf-8") as questions, open(sys.argv[2], "w", encoding="utf-8") as answers:
    models = {}  # the last of each format, and its file
    for question in questions:
        kind, path, text = question.rstrip("\n").split("\t")
        if models.get(kind, ("",))[0] != path:
            build = stormpy.build_model_from_drn if kind == "drn" else stormpy.build_model_from_umb
            models[kind] = (path, build(path))
        model = models[kind][1]
        result = stormpy.model_checking(model, stormpy.parse_properties(text)[0])
        values = result.get_truth_values_vector() if hasattr(result, "get_truth_values_vector") else (
            result.get_truth_values())
        answers.write("1\n" if all(values[s] for s in model.initial_states) else "0\n")
