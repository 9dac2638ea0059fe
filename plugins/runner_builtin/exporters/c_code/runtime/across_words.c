/* Count the terms of characters in a row; several blanks in a row are one space. */
static void count_across_words(const text *plan, const char *bytes, size_t length, real *counts) {
    gram grams[GRAMS];
    reader r = reading(plan, bytes, length);
    uint32_t character, blank = 0;
    int32_t active = 0, blanks = 0;
    do {
        character = next_character(&r);
        if (character != END_OF_TEXT && in_ranges(plan->blank, plan->n_blank, character)) {
            blank = blanks == 0 ? character : ' ';
            blanks = 1;
            continue;
        }
        if (blanks > 0) {
            active = count_character(plan, grams, active, blank, counts);
            blanks = 0;
        }
        if (character != END_OF_TEXT) {
            active = count_character(plan, grams, active, character, counts);
        }
    } while (character != END_OF_TEXT);
}
