/* The benchmark environments, seen through the cells of a grid, for whoever speaks C: Python's ctypes, for one.
 *
 * An environment is what opara_train trains on: the system runs on concrete states, and an observation is the 2n bounds
 * of the cell that holds the state. No function throws; those that can fail say why in opara_last_error, which belongs
 * to the calling thread. */
#ifndef OPARA_EXAMPLES_DRL_FOREIGN_ENVIRONMENTS_H
#define OPARA_EXAMPLES_DRL_FOREIGN_ENVIRONMENTS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct opara_environment opara_environment;

/* Why the last call of this thread failed; never null. */
const char* opara_last_error(void);

/* The names of all systems, with a blank between. */
const char* opara_systems(void);

/* An environment of a system.
 * widths: of the grid's cells, one a dimension, or null for the published grid; dimensions: how many there are
 * normalised: whether bounds are given between -1 and 1 over the grid's domain, or as they are
 * returns null if there is no such system, or no such grid */
opara_environment* opara_environment_new(const char* system, const double* widths, size_t dimensions, int normalised);
void opara_environment_delete(opara_environment* e);

/* The state space's dimensions; an observation has twice as many numbers. */
size_t opara_dimensions(const opara_environment* e);
/* Its grid: lower and upper corner and widths, one number a dimension each. */
void opara_grid(const opara_environment* e, double* lower, double* upper, double* widths);
/* How many actions there are to choose from; 0: there are controls. */
size_t opara_choices(const opara_environment* e);
/* How many controls there are; 0: there are choices. */
size_t opara_controls(const opara_environment* e);
/* The bounds of the controls, one number a control each. */
void opara_control_bounds(const opara_environment* e, double* lower, double* upper);

/* Begins an episode. returns 0, or -1 if it fails */
int opara_reset(opara_environment* e, uint64_t seed, double* observation);
/* Takes a step. action: the number of a choice, or one number a control
 * returns 0, or -1 if it fails: an action that is none, a state outside of the grid */
int opara_step(opara_environment* e, const double* action, double* observation, double* reward, int* terminated,
               int* truncated);

#ifdef __cplusplus
}
#endif

#endif
