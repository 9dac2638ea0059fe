/* Asks the model the golden questions, and compares its answers with those of the model it was written from. */
#include "@name@.h"

#include <math.h>
#include <stdio.h>

enum { ROWS = @rows@ };

/* How far a value may be off, and how many rows may get another label. */
static const double tolerance = @tolerance@;
static const int may_change = @may_change@;
@tables@
int main(void) {
    static @name@_row row;
    static @name@_work work;
    static @name@_answer answer;
    int refused = 0, far = 0, changed = 0;
    double worst = 0;
    for (int i = 0; i < ROWS; i++) {
@fill@        if (!@name@_predict(&row, &work, &answer)) {
            printf("row %d is refused\n", i);
            refused++;
            continue;
        }
@compare@    }
    printf("%d rows: %d refused, %d with another label (%d may be), worst difference %.3g (%.3g may be)\n", ROWS, refused,
           changed, may_change, worst, tolerance);
    return refused > 0 || changed > may_change || far > 0;
}
