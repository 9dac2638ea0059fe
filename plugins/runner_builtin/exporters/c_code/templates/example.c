/* Answers the rows of its input, a line each, with a line each. Written by runner.

       cc -std=c99 -O2 @name@.c example.c -o example -lm
       ./example < rows.tsv

   A row has its numbers, then its texts, with a tab between two of them. Nothing, or \N, stands for a number that is
   missing, and \N for such a text; in a text \t, \n, \r and \\ stand for a tab, the ends of lines and a backslash. An
   answer is the label, where there is one, and the values; "refused" where the model has none. */
#include "@name@.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { LONGEST = 1 << 20 };

static char line[LONGEST];
static @name@_row row;
static @name@_work work;
static @name@_answer answer;

/* Cuts the first field off a line and returns it; NULL where there is none. */
static char *field(char **rest) {
    char *start = *rest;
    if (start != NULL) {
        char *tab = strchr(start, '\t');
        if (tab != NULL) {
            *tab = '\0';
        }
        *rest = tab == NULL ? NULL : tab + 1;
    }
    return start;
}
@read_text@
static int read_row(char *rest) {
@read_fields@
    return rest == NULL;
}

static void write_answer(void) {
@write_fields@
}

int main(void) {
    while (fgets(line, LONGEST, stdin) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if (!read_row(line)) {
            fputs("a line is not a row of " "@n_fields@" " fields\n", stderr);
            return 1;
        }
        if (@name@_predict(&row, &work, &answer)) {
            write_answer();
        } else {
            puts("refused");
        }
    }
    return 0;
}
