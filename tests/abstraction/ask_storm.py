"""Puts questions to Storm: a line of the list is the name of two files with one model, NAME.drn and NAME.umb, a label and a
property, with tabs between. A line of the answer has a digit for each of the two: 1 where all states with the label have
the property, else 0. A name that comes again stands for the same files.

usage: ask_storm.py LIST ANSWER
"""

import sys

import stormpy


def holds(model, start, prop):
    result = stormpy.model_checking(model, prop)
    values = result.get_truth_values_vector() if hasattr(result, "get_truth_values_vector") else (
        result.get_truth_values())
    return all(values[s] for s in model.labeling.get_states(start))


with open(sys.argv[1], encoding="utf-8") as questions, open(sys.argv[2], "w", encoding="utf-8") as answers:
    last, models = "", ()
    for question in questions:
        name, start, text = question.rstrip("\n").split("\t")
        if name != last:
            last = name
            models = stormpy.build_model_from_drn(name + ".drn"), stormpy.build_model_from_umb(name + ".umb")
        prop = stormpy.parse_properties(text)[0]
        answers.write("".join("1" if holds(model, start, prop) else "0" for model in models) + "\n")
