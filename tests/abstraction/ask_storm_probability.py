"""Asks Storm for probabilities: a line of the list is a DRN or UMB file with interval probabilities and a property (Pmin=? or
Pmax=?), with a tab between; a line of the answer is the least value of the initial states, or the largest.

usage: ask_storm_probability.py LIST ANSWER
"""

import sys

import stormpy

MODES = {"Pmin": stormpy.UncertaintyResolutionMode.MINIMIZE, "Pmax": stormpy.UncertaintyResolutionMode.MAXIMIZE}

with open(sys.argv[1], encoding="utf-8") as questions, open(sys.argv[2], "w", encoding="utf-8") as answers:
    for question in questions:
        path, text = question.rstrip("\n").split("\t")
        model = (stormpy.build_model_from_umb(path) if path.endswith(".umb")
                 else stormpy.build_model_from_drn[stormpy.Interval](path))
        result = stormpy.model_checking(
            model, stormpy.parse_properties(text)[0], uncertainty_resolution_mode=MODES[text[:4]])
        best = min if text.startswith("Pmin") else max
        answers.write(f"{best(result.get_value(s) for s in model.initial_states)}\n")
