/* A model as C99; see "@name@.h". Written by runner. */
#include "@name@.h"

#include <math.h>

typedef @name@_real real;
@weight@@math@
@runtime@
@tables@
@defined@
int @name@_predict(const @name@_row *row, @name@_work *w, @name@_answer *answer) {
@statements@
    return 1;
}
