/* Has a model answer many rows; compiled beside it where Python asks. ends: where each text ends among the bytes, its
   beginning being the end before; missing: of each text. Returns how many rows were answered before one was refused. */
#include "@name@.h"

int64_t driver_answer(int64_t n_rows, const @name@_real *numbers, const char *bytes, const int64_t *ends,
                      const uint8_t *missing, int32_t *labels, @name@_real *values);
int64_t driver_sizes(int64_t part);

int64_t driver_sizes(int64_t part) {
    return (int64_t)(part == 0 ? sizeof(@name@_work) : part == 1 ? sizeof(@name@_row) : sizeof(@name@_answer));
}

int64_t driver_answer(int64_t n_rows, const @name@_real *numbers, const char *bytes, const int64_t *ends,
                      const uint8_t *missing, int32_t *labels, @name@_real *values) {
    static @name@_work work;
    static @name@_row row;
    static @name@_answer answer;
    for (int64_t i = 0; i < n_rows; i++) {
@numbers@@texts@        if (!@name@_predict(&row, &work, &answer)) {
            return i;
        }
@labels@        memcpy(values, answer.values, sizeof(answer.values));
        values += @NAME@_VALUES;
    }
    return n_rows;
}
