/* Count the terms of characters in a row inside words, each word edged by spaces; a short word counts whole. */
static void count_inside_words(const text *plan, const char *bytes, size_t length, real *counts) {
    gram grams[GRAMS];
    reader r = reading(plan, bytes, length);
    uint32_t character;
    int32_t active = 0, size = 0;
    do {
        character = next_character(&r);
        if (character != END_OF_TEXT && !in_ranges(plan->blank, plan->n_blank, character)) {
            if (size == 0) {
                active = count_character(plan, grams, 0, ' ', counts);
                size = 1;
            }
            active = count_character(plan, grams, active, character, counts);
            size += size < plan->min_n;
        } else if (size > 0) {
            active = count_character(plan, grams, active, ' ', counts);
            if (size + 1 < plan->min_n) {
                count_gram(plan, grams, counts);
            }
            size = 0;
        }
    } while (character != END_OF_TEXT);
}
