/* Count the terms of words in a row. */
static void count_words(const text *plan, const char *bytes, size_t length, real *counts) {
    gram grams[GRAMS], kept[GRAMS];
    span stop = {0, 0, 0};
    reader r = reading(plan, bytes, length);
    int32_t active = 0, n_kept = 0, size = 0;
    uint32_t character;
    do {
        character = next_character(&r);
        if (character != END_OF_TEXT && in_ranges(plan->inside, plan->n_inside, character)) {
            if (size == 0) {
                memcpy(kept, grams, sizeof(gram) * (size_t)active);
                n_kept = active;
                feed_character(plan, grams, active, ' ');
                grams[active++] = begun(plan);
                stop = plan->stop == NULL ? stop : all_of(plan->stop);
            }
            feed_character(plan, grams, active, character);
            if (plan->stop != NULL) {
                uint8_t code[4];
                const int n = encoded(character, code);
                for (int i = 0; i < n; i++) {
                    narrow(plan->stop, &stop, code[i]);
                }
            }
            size += size < plan->shortest;
        } else if (size > 0) {
            if (size < plan->shortest || (plan->stop != NULL && found(plan->stop, &stop) < plan->stop->count)) {
                memcpy(grams, kept, sizeof(gram) * (size_t)n_kept);
                active = n_kept;
            } else {
                for (int32_t g = 0; g < active; g++) {
                    if (active - g >= plan->min_n) {
                        count_gram(plan, grams + g, counts);
                    }
                }
                if (active == plan->max_n) {
                    memmove(grams, grams + 1, sizeof(gram) * (size_t)--active);
                }
            }
            size = 0;
        }
    } while (character != END_OF_TEXT);
}
