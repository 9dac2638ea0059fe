/* A model as C99: no allocation, nothing but <math.h>, <stdint.h> and <string.h>. Written by runner.

   Fill a row, have a place for the work, and ask:

       static @name@_work work;
       @name@_answer answer;
       if (@name@_predict(&row, &work, &answer)) { ... answer.label ... }

   Memory: constants @flash@ bytes beside the code; work @work@, row @row@ and answer @answer@ bytes where a
   pointer has 8. On the stack a call takes less than @stack@ bytes more. The length of a text plays no part in any of this.
   Nothing is shared: threads with a work place each may ask at the same time. */
#ifndef @NAME@_H
#define @NAME@_H

#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef @real@ @name@_real;

enum {
    @NAME@_NUMBERS = @n_numbers@,
    @NAME@_TEXTS = @n_texts@,
    /* How many labels there are; 0 where the answer is a value. */
    @NAME@_CLASSES = @n_classes@,
    @NAME@_VALUES = @n_values@,
    /* Whether the values are probabilities, in the order of the labels. */
    @NAME@_PROBABILITIES = @probabilities@
};

@text_type@/* What is asked: @asked@. */
typedef struct {
@row_fields@
} @name@_row;

/* Where the model works: every byte that it writes besides the answer. */
typedef struct {
@work_fields@
} @name@_work;

/* What is answered.@of_label@ values: @of_values@. */
typedef struct {
@answer_fields@
} @name@_answer;

@names@
/* Answer a row. Returns 0, and leaves the answer as it is or half made, for a row that the model has no answer to: one
   with a number that is missing or infinite, or a text that is missing, where training knew none. */
int @name@_predict(const @name@_row *row, @name@_work *work, @name@_answer *answer);

#ifdef __cplusplus
}
#endif

#endif
